"""What the authorization endpoint issues: a file per name of a ``response_type``."""

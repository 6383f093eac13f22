"""What a token request may redeem: a file per ``grant_type``."""

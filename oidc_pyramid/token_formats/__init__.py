"""What access tokens look like: a file per format."""

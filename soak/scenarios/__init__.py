"""A file per fault."""

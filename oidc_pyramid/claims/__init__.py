"""The claims of each scope: a file per scope (Core §5.4)."""

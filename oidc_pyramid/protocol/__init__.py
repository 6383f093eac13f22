"""Ring 0: the protocol as pure functions and values; no web framework, no database."""

"""How an authorization response travels: a file per ``response_mode``."""

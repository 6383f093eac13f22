"""What a person may have to do: a file per ``prompt`` (Core §3.1.2.1)."""

"""The pages that a person sees (Chameleon) and their static files; override them by asset spec."""

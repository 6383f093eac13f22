"""Ring 1: what is kept, as persistent objects. Class paths here are a storage format."""

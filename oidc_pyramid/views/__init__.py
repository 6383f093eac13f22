"""The endpoints: the only place that knows HTTP, a module each."""

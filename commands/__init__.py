"""Use cases, one plain function each, and their execution exactly once per request."""

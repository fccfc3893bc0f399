"""The HTTP API: one blueprint for each noun, and the routes of the sync protocol."""

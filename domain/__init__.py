"""Facts, decisions and rules of field service; knows only events."""

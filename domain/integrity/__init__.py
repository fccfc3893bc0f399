"""The life of the log."""

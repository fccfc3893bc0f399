"""Read models of the log itself."""

"""One module for each type of document."""

"""Parts, locations, movements, counts and discrepancies."""

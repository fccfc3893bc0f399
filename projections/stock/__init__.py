"""Read models of parts, locations, stock and discrepancies."""

"""Commands about parts, locations, stock and discrepancies."""

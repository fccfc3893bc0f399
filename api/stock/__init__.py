"""Routes and bodies of parts, locations, stock and discrepancies."""

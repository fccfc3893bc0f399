"""Search, the names of things, and what other systems call them."""

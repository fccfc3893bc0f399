"""Read models, and the one loop that keeps, rebuilds, verifies and dates them."""

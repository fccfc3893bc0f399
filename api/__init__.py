"""Who is asking, JSON in, JSON out: one blueprint a noun."""

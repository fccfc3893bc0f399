"""Use cases: one plain function each, and the one way in which a request is carried out once."""

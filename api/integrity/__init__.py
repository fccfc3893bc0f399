"""Routes of the event log and of the projections."""

"""Every read model as it was at a moment in the past."""

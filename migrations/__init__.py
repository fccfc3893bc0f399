"""Numbered SQL that builds the database, forward only."""

"""Backups of all data at one instant: written to a folder, and restored from there."""

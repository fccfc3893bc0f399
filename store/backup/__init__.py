"""Backups of everything that is kept, from one moment: written to a folder, and put back from there."""

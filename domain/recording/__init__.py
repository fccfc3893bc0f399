"""A unit of work and what is written down of it; knows no database."""

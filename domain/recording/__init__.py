"""A unit of work, what is written down of it, and the rules that look at several entities in it; knows no database."""

"""The unit of work and what it records; independent of the database."""

"""PostgreSQL: the event log and its tables; the only package that uses psycopg2."""

"""PostgreSQL: the event log and its tables; the only room that speaks psycopg2."""

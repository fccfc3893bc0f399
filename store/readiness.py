"""Whether a database is ready for this program: it answers, and every migration has been applied."""

from __future__ import annotations

from importlib.resources import files

from store.pool import ConnectionPool


def pending_migrations(pool: ConnectionPool) -> list[str]:
    """The migrations of this program that the database has not seen, in order."""
    applied = {name for (name,) in pool.fetch_all("SELECT name FROM public.schema_migrations")}
    known = sorted(file.name for file in files("migrations").iterdir() if file.name.endswith(".sql"))
    return [name for name in known if name not in applied]

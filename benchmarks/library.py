"""The event-sourcing library with its own PostgreSQL module on psycopg 3, the way its documentation shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from eventsourcing.application import Application

from benchmarks.place import library_environment


class Library(Application[UUID]):
    """The same entities in the library's own store."""

    name = "library"


@contextmanager
def library_on(dsn: str) -> Iterator[Library]:
    """The application on a database, where it makes its tables itself."""
    app = Library(library_environment(dsn, create=True))
    try:
        yield app
    finally:
        app.close()

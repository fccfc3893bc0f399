"""The input of the checks: the settings and, when it answers, the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from eventsourcing.persistence import PersistenceError

from callout.master_key import master_keys
from callout.settings import Settings
from domain.kernel.problem import Problem
from store.complete_dsn import must_name_its_database
from store.connecting import Cursor
from store.embedded import EmbeddedPostgres
from store.pool import ConnectionPool, Params
from store.readiness import pending_migrations
from store.roles import WRITER, database_of, first_that_signs_in, roles_of


@dataclass(frozen=True)
class System:
    """`pool` is None when the database does not answer, for the reason in `away`; `pending` are missing migrations."""

    settings: Settings
    pool: ConnectionPool | None = None
    away: str = ""
    pending: Sequence[str] = ()

    def ask(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query; raises `PersistenceError` when the database is away."""
        return self._answering.fetch_all(sql, params)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor in a transaction, for queries of other packages."""
        with self._answering.transaction() as cursor:
            yield cursor

    @property
    def _answering(self) -> ConnectionPool:
        assert self.pool is not None, "a check that queries the database declares that in the catalogue"
        return self.pool


@contextmanager
def open_system(settings: Settings) -> Iterator[System]:
    """The input of the checks; starts, creates and changes nothing."""
    dsn = settings.database_url or _run_time(settings) or EmbeddedPostgres(settings.home).status().dsn
    if dsn is None:
        yield System(settings, away=f"the embedded server of {settings.home} is not running")
        return
    with closing(ConnectionPool(dsn, size=1, timeout=5, statement_timeout=20)) as pool:
        try:
            [(migrated,)] = pool.fetch_all("SELECT to_regclass('public.schema_migrations') IS NOT NULL")
            pending = pending_migrations(pool) if migrated else ["all"]
        except PersistenceError as error:
            system = System(settings, away=str(error).partition("\n")[0])
        else:
            system = System(settings, pool, pending=pending)
        yield system


def _run_time(settings: Settings) -> str | None:
    """Where the writer signs in, when the settings name no login that migrates; the address itself without a key."""
    if settings.runtime_url is None:
        return None
    try:
        database = database_of(must_name_its_database(settings.runtime_url))
        candidates = [roles_of(database, key) for key in master_keys(settings).secrets()]
    except (Problem, OSError):
        return settings.runtime_url
    return first_that_signs_in(settings.runtime_url, candidates).dsn(settings.runtime_url, WRITER)

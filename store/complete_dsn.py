"""Complete DSNs: settings that libpq takes from the login, a service file or the environment are made explicit."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Final

from psycopg2.extensions import make_dsn, parse_dsn

from domain.kernel.problem import Problem
from store.connecting import open_connection
from store.errors import renamed

_PLACE: Final = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
"""Settings of a database's address, none of them secret; a service file may have any of them."""


class NameTheDatabase(Problem):
    """CALLOUT_RUNTIME_URL names no database: add one, as in postgresql://host/name; a service file is not looked at."""


def completed(dsn: str) -> str:
    """The DSN of a login, with the database's name, and without a service file.

    Connects to the server unless the DSN has everything. Raises `PersistenceError` when the login is refused.
    """
    given = parse_dsn(dsn)
    if given.get("dbname") and not _service(given):
        return dsn
    with renamed(), closing(open_connection(dsn)) as session, session.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        [(name,)] = cursor.fetchall()
        found = {} if not _service(given) else _found(session.info.dsn_parameters, session.info.password)
    found |= {name: value for name, value in given.items() if name != "service"}
    return str(make_dsn(**{**found, "dbname": given.get("dbname") or name}))


def must_name_its_database(address: str) -> str:
    """The address for run-time roles, unchanged; raises `NameTheDatabase` without a database's name."""
    given = parse_dsn(address)
    if given.get("dbname") or (os.environ.get("PGDATABASE") and not _service(given)):
        return address
    raise NameTheDatabase


def _service(given: dict[str, str]) -> bool:
    return bool(given.get("service") or os.environ.get("PGSERVICE"))


def _found(parameters: dict[str, str], password: str | None) -> dict[str, str]:
    """The settings of a service file: the address of the database, and the login."""
    found = {name: parameters[name] for name in (*_PLACE, "user") if parameters.get(name)}
    return found | ({"password": password} if password else {})

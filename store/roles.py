"""The run-time roles of the database: their names in each database, their passwords, and their address."""

from __future__ import annotations

import hmac
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from getpass import getuser
from hashlib import pbkdf2_hmac, sha256
from typing import Final, NamedTuple

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

WRITER: Final = "callout_writer"
PROJECTOR: Final = "callout_projector"
READER: Final = "callout_reader"
KEYKEEPER: Final = "callout_keykeeper"
LOGICAL: Final = (WRITER, PROJECTOR, READER, KEYKEEPER)
"""The roles as migrations name them. A database migrated without roles of its own uses these names."""

_PREFIX: Final = "callout_"
_LONGEST_STEM: Final = 40
_ITERATIONS: Final = 4096
_WHO: Final = frozenset({"user", "password", "passfile"})


class RunTimeRoles(NamedTuple):
    """The roles of one database: the name and the password of each, by its logical name."""

    database: str
    names: Mapping[str, str]
    passwords: Mapping[str, str]

    def dsn(self, address: str, logical: str) -> str:
        """The DSN with which this role signs in, at the address in another DSN."""
        return str(make_dsn(address, user=self.names[logical], password=self.passwords[logical]))

    def substituted(self, sql: str) -> str:
        """The SQL of a migration with the role names of this database; the roles exist already."""
        return _ANY_LOGICAL.sub(lambda match: self.names[match[0]], sql.replace(_MAKES_ROLE, "NULL;"))


def roles_of(database: str, master_key: bytes) -> RunTimeRoles:
    """The roles of the database of this name; their passwords are derived from the master key (32 bytes)."""
    names = {logical: _name(database, logical) for logical in LOGICAL}
    return RunTimeRoles(database, names, {logical: _password(master_key, name) for logical, name in names.items()})


def database_of(dsn: str) -> str:
    """The name of the database in a DSN; the login's name unless it has one, as in libpq.

    See `store.complete_dsn` for names in service files.
    """
    return str(parse_dsn(dsn).get("dbname") or os.environ.get("PGDATABASE") or login_of(dsn))


def first_that_signs_in(address: str, candidates: Sequence[RunTimeRoles]) -> RunTimeRoles:
    """The first of these whose password is right, or the first where none is: using it shows the reason.

    A single candidate is not tried.
    """
    for each in candidates if len(candidates) > 1 else ():
        with (
            suppress(psycopg2.OperationalError),
            closing(psycopg2.connect(each.dsn(address, READER), connect_timeout=10)),
        ):
            return each
    return candidates[0]


def login_of(dsn: str) -> str:
    """The login in a DSN."""
    return str(parse_dsn(dsn).get("user") or os.environ.get("PGUSER") or getuser())


def address_of(dsn: str) -> str:
    """A DSN without the login and its password, including files with passwords."""
    return str(make_dsn(**{name: value for name, value in parse_dsn(dsn).items() if name not in _WHO}))


def verifier(password: str, salt: bytes | None = None) -> str:
    """PostgreSQL's verifier of a password (SCRAM-SHA-256, RFC 5803), so that the password itself is not sent."""
    salt = salt or os.urandom(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = (b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(_ITERATIONS, *parts)


def password_id(password: str) -> str:
    """A fingerprint of a password, which reveals nothing of it: passwords have 256 random bits."""
    return sha256(b"callout password id\x00" + password.encode()).hexdigest()[:32]


def _name(database: str, logical: str) -> str:
    """A name that needs no quotes; a hash distinguishes names that would become the same."""
    stem = re.sub("[^a-z0-9_]", "_", database)
    if stem != database or len(stem) > _LONGEST_STEM:
        stem = f"{stem[:_LONGEST_STEM]}_{sha256(database.encode()).hexdigest()[:8]}"
    return f"app_{stem}_{logical.removeprefix(_PREFIX)}"


def _password(master_key: bytes, role: str) -> str:
    digest = hmac.digest(master_key, b"callout database role\x00" + role.encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


_MAKES_ROLE: Final = "EXECUTE format('CREATE ROLE %I NOLOGIN', name);"  # so says 0005, which not every login may do
_ANY_LOGICAL: Final = re.compile("|".join(rf"\b{logical}\b" for logical in LOGICAL))

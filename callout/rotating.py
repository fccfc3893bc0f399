"""Changes the master key and the signing secrets while servers run; an interrupted change is finished the next time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple
from uuid import UUID

from callout.assembly import Application
from callout.database import enter
from callout.master_key import is_prepared, keep_newest, put_in_front
from callout.settings import Settings
from domain.kernel.problem import Kind, Problem
from store.backup.manifest import Progress
from store.connecting import open_connection
from store.errors import renamed
from store.provisioning import MASTER_KEY_ID

SECRETS: Final = (
    "sync-cursors",
    "cursors",
    "idempotency",
    "enrolment-codes",
    "reset-codes",
    "device-challenges",
    "known-devices",
)
FIXED: Final = ("erased-logins", "unique-keys")
"""Secrets that stay: hashes that were made with them are still compared."""
_ROUNDS: Final = 100
_LOCK: Final = 7_266_432


class NoNewerKey(Problem):
    """CALLOUT_MASTER_KEY begins with the key in use: put a new one in front of it, with a comma between."""

    kind = Kind.CONFLICT


class NotRotatedYet(Problem):
    """Some keys are still wrapped under an older master key: run `callout rotate-keys` first."""

    kind = Kind.CONFLICT


class KeysAreChanging(Problem):
    """Another process is changing the keys of this database: wait until that has ended."""

    kind = Kind.CONFLICT


class Rotated(NamedTuple):
    """The id of the newest master key, how many keys were wrapped again, and whether an earlier run had begun it."""

    master_key: str
    keys: int
    went_on: bool


def rotate(application: Application, show_progress: Progress) -> Rotated:
    """Wrap every person's key under a new master key, then sign with new secrets; it may be interrupted at any time.

    In a file, the prepared key or a new one becomes the newest; from the environment the first one is used. Raises
    `NoNewerKey`, and `KeysAreChanging` while another process does this.
    """
    with _alone(application.dsn):
        prepared = is_prepared(application.settings)
        went_on = not prepared and not is_settled(application)
        if not went_on:
            if application.settings.master_key is not None:
                raise NoNewerKey
            put_in_front(application.settings)
        return Rotated(*_rewrapped(application, show_progress), went_on)


def _rewrapped(application: Application, show_progress: Progress) -> tuple[str, int]:
    """Wrap all keys under the newest master key; returns its id, and how many keys were wrapped again."""
    done, left = 0, application.keyring.under_older_keys()
    for _ in range(_ROUNDS):
        total, after = done + left, UUID(int=0)
        while (step := application.keyring.rewrap(after)) is not None:
            after, many = step
            done += many
            show_progress(done, total)
        left = (
            application.keyring.under_older_keys()
        )  # a server that still used the old key may have wrapped one meanwhile
        if not left:
            break
    newest, access = application.master_keys.current().id, application.services.access
    if access.keep(MASTER_KEY_ID, newest.encode()) != newest.encode():  # another machine may have done this already
        access.secrets.change(SECRETS, {MASTER_KEY_ID: newest.encode()})
    return newest, done


def is_settled(application: Application) -> bool:
    """Whether all keys are wrapped under the newest master key, and the database has recorded that."""
    newest = application.master_keys.current().id.encode()
    return (
        application.services.access.keep(MASTER_KEY_ID, newest) == newest and not application.keyring.under_older_keys()
    )


def forget_older(settings: Settings, dsn: str) -> int:
    """Derive the roles' passwords from the newest master key, and delete the older ones in the file; returns how many.

    Raises `NotRotatedYet`, `KeysAreChanging`, and `MigrationError` where the roles' passwords cannot be set. Running
    servers must be restarted afterwards.
    """
    with _alone(dsn):
        with Application(settings, dsn) as application:
            newest = application.master_keys.current().id
            if not is_settled(application):
                raise NotRotatedYet
        enter(settings, dsn, migrating=True, newest=True)
        return keep_newest(settings, newest) if settings.master_key is None else 0


@contextmanager
def _alone(dsn: str) -> Iterator[None]:
    """Context in which no other process changes the keys of this database, on any machine; raises `KeysAreChanging`."""
    with renamed():
        session = open_connection(dsn)
    with closing(session):
        with renamed(), session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
            taken = cursor.fetchone() == (True,)
        if not taken:
            raise KeysAreChanging
        yield

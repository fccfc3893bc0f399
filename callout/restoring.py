"""Restores a backup: files, database, erasures, a new epoch of the log, views."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from callout.assembly import Application
from callout.blob_place import place_of
from callout.database import OtherMasterKey
from callout.erasing import erase_again
from callout.master_key import has_master_key, master_keys
from callout.settings import Settings
from callout.unfinished_restore import begin, end
from domain.kernel.problem import Problem
from store.backup.files import CHUNK
from store.backup.load import holds_log, load, must_be_free
from store.backup.manifest import Manifest, Progress, check, read
from store.blobs.place import Place
from store.complete_dsn import completed
from store.erased import ErasedList
from store.roles import database_of, roles_of

Stages = Callable[[str], AbstractContextManager[Progress]]
"""Opens a stage by its name; the context is a function that is called with its progress."""


class MasterKeyMissing(Problem):
    """A backup holds no master key: put the one that it was made with in its place first."""


class Restored(NamedTuple):
    """The result of a restore: last position, new epoch, number of people erased again, rebuilt views."""

    position: int
    epoch: UUID
    erased_again: int
    views: list[str]


def restore(
    settings: Settings, dsn: str, folder: Path, lists: Iterable[Path], stages: Stages, *, replace: bool
) -> Restored:
    """Put the backup in `folder` back into the database that `dsn`, the login that migrates, leads to.

    People on the settings' list of erased people, or on one of `lists`, are erased again. Nothing is changed before the
    whole backup was compared with its checksums. Interrupted before the database is complete, it leaves a mark in the
    home, so that nobody serves an empty company from it, and can be repeated; after that, repeating it needs `replace`.
    """
    manifest, dsn = read(folder), completed(dsn)
    roles = roles_of(database_of(dsn), _master_key(settings, manifest))
    must_be_free(dsn, replace=replace)
    with stages("checksums") as show_progress:
        check(folder, manifest, show_progress)
    own = settings.erasures or settings.home / "erasures"
    erased = {id for path in (own, *lists) for id in ErasedList(path).ids()}
    if not holds_log(dsn):
        begin(settings.home, folder)  # a database with a log stays as it is until all of it is replaced at once
    ErasedList(own).add(erased)  # here as well, for the next restore: some have no key any more
    with stages("files of blobs") as show_progress:
        _put_blobs(folder, manifest, place_of(settings), erased, show_progress)
    with stages("database") as show_progress:
        load(dsn, folder, manifest, roles=roles, erased=erased, replace=replace, report=show_progress)
    end(settings.home)
    with Application(settings, dsn, migrating=True) as application:
        again = application.erased_again + erase_again(application.services.log, erased)
        with stages("views") as show_progress:
            views = application.ensure_views(show_progress)
        return Restored(manifest.position, application.services.log.epoch(), again, views)


def _master_key(settings: Settings, manifest: Manifest) -> bytes:
    """The newest of the master keys; raises when one that the backup needs is not here."""
    if not has_master_key(settings):
        raise MasterKeyMissing
    keys = master_keys(settings)
    if not set(manifest.master_keys) <= {key.id for key in keys.all()}:
        raise OtherMasterKey
    return keys.secrets()[0]


def _put_blobs(folder: Path, manifest: Manifest, place: Place, erased: set[UUID], show_progress: Progress) -> None:
    blobs = [blob for blob in manifest.blobs or () if blob.person not in erased]
    total, done = sum(blob.file.bytes for blob in blobs), 0
    for blob in blobs:
        with (folder / blob.file.path).open("rb") as source, place.writing(blob.name) as target:
            while some := source.read(CHUNK):
                target.write(some)
        done += blob.file.bytes
        show_progress(done, total)

"""The folder of an embedded server's data, socket and log, accessible to the user it runs as."""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from store.embedded.account import ROOT, Account, owner_of, server_account
from store.errors import EmbeddedPostgresError

PORT = 5432  # only a part of the socket's name: nothing listens on the network
LONGEST_SOCKET = 107  # bytes, a limit of the operating system
# For the server of a state folder that only root can enter.
_OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - mkdtemp makes a new private folder there


@dataclass(frozen=True)
class Place:
    """The server's own folder, closed to others, and the user it belongs to."""

    folder: Path
    account: Account

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "postgres.log"

    def data(self, major: int) -> Path:
        """The data folder of one major version; other versions never use it."""
        return self.folder / f"data-{major}"

    def majors(self) -> list[int]:
        """The major versions that have data here, newest first."""
        found = self.folder.glob("data-*[0-9]")
        return sorted((int(data.name.removeprefix("data-")) for data in found), reverse=True)

    def socket_folder(self) -> Path:
        """The folder of the socket: in here, or a private temporary folder when that path would be too long."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
            inside.mkdir(exist_ok=True)
            self.account.make_folder_its_own(inside)
            return inside
        pointer = self.folder / "socket.location"
        outside = _read_pointer(pointer)
        # Somebody else may have created a folder of this name: only one of the server's own user is trusted.
        if outside is None or not _is_folder_of(self.account, outside):
            outside = Path(tempfile.mkdtemp(prefix="callout-"))
            self.account.make_folder_its_own(outside)
            _write_pointer(pointer, outside)
        return outside


def find_place(state: Path) -> Place | None:
    """The place chosen earlier for this state folder, or None. Raises EmbeddedPostgresError when it is unreachable."""
    pointer = state / "postgres.location"
    folder = _read_pointer(pointer) or state / "postgres"
    if not folder.is_dir():
        if pointer.exists():
            raise EmbeddedPostgresError(f"{pointer} names {folder}, which is not there; remove it to begin empty")
        return None
    account = owner_of(folder)
    if account.uid == ROOT:
        raise EmbeddedPostgresError(f"{folder} belongs to root, and PostgreSQL refuses to run as root")
    if os.geteuid() not in (ROOT, account.uid):
        raise EmbeddedPostgresError(f"{folder} belongs to {account.name}: run as {account.name} or root")
    if not account.may_write_in(folder):
        raise EmbeddedPostgresError(f"{account.name}, who runs the server, cannot reach {folder}")
    return Place(folder, account)


def make_place(state: Path) -> Place:
    """Choose a place for a new server: in the state folder, or outside it when its user cannot enter there."""
    account = server_account(state)
    inside = state / "postgres.new"
    inside.mkdir(exist_ok=True)
    account.make_folder_its_own(inside)
    if account.may_write_in(inside):
        return Place(inside.rename(state / "postgres"), account)
    inside.rmdir()
    for parent in (*_OUTSIDE, Path(tempfile.gettempdir())):
        try:
            outside = Path(tempfile.mkdtemp(prefix="callout-", dir=parent))
        except OSError:
            continue
        account.make_folder_its_own(outside)
        if account.may_write_in(outside):
            (outside / "state.location").write_text(f"{state}\n")
            _write_pointer(state / "postgres.location", outside)
            return Place(outside, account)
        outside.rmdir()
    raise EmbeddedPostgresError(f"there is no folder that {account.name}, who runs the server, can write in")


def _is_folder_of(account: Account, path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid


def _read_pointer(pointer: Path) -> Path | None:
    return Path(pointer.read_text().rstrip("\n")) if pointer.exists() else None


def _write_pointer(pointer: Path, target: Path) -> None:
    fresh = pointer.with_suffix(".new")
    fresh.write_text(f"{target}\n")
    fresh.replace(pointer)

"""The operating-system user a server runs as: the current one, or for root an existing user without privileges."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from store.errors import EmbeddedPostgresError

ROOT = 0
_WITHOUT_POWER = ("postgres", "nobody")
# The rest may hold secrets of ours, or settings of somebody's own PostgreSQL.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Account:
    """A user of this machine; `run` needs to be that user or root."""

    name: str
    uid: int
    gid: int

    def run(self, command: Sequence[str | Path], folder: Path, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in `folder`, for at most `timeout` seconds; its output as text."""
        is_me = self.uid == os.geteuid()
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        return subprocess.run(
            command,
            cwd=folder,
            env=kept | {"LC_ALL": "C", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            umask=0o077,
            user=None if is_me else self.uid,
            group=None if is_me else self.gid,
            extra_groups=None if is_me else [],
        )

    def may_write_in(self, folder: Path) -> bool:
        """Whether this user can write to the folder; determined by trying, since permissions have many sources."""
        tried = self.run(["sh", "-c", 'cd "$1" && test -w .', "sh", folder], Path("/"), timeout=10)
        return tried.returncode == 0

    def make_folder_its_own(self, folder: Path) -> None:
        """Make the folder accessible to this user only."""
        folder.chmod(0o700)
        if os.geteuid() == ROOT:
            os.chown(folder, self.uid, self.gid)


def owner_of(path: Path) -> Account:
    """The owner of a file. Raises EmbeddedPostgresError when the machine has no name for it."""
    uid = path.stat().st_uid
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedPostgresError(f"{path} belongs to user {uid}, who has no name on this machine") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(state: Path) -> Account:
    """The account for a new server: the current one; for root the owner of the state folder, `postgres` or `nobody`."""
    if os.geteuid() != ROOT:
        mine = pwd.getpwuid(os.geteuid())
        return Account(mine.pw_name, mine.pw_uid, mine.pw_gid)
    if state.stat().st_uid != ROOT:
        return owner_of(state)
    for name in _WITHOUT_POWER:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")

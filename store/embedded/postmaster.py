"""The process that serves one data folder: made, started, recognised and stopped (on Linux)."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from store.durable import sync_folder
from store.embedded.binaries import Binaries
from store.embedded.place import PORT, Place
from store.errors import EmbeddedPostgresError

OWNER = "callout"
LARGEST_LOG = 5_000_000  # bytes

_ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log line must not quote the people in a statement or in the row it failed on.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# An orphaned backend of a killed server holds its shared memory for a moment longer.
_PASSES = ("shared memory", "still in use", "already exists")


def postmasters(place: Place | None) -> Iterator[Postmaster]:
    """One for each major version with data there, newest first."""
    if place:
        yield from (Postmaster(place, place.data(major)) for major in place.majors())


class Postmaster:
    """The server of one data folder, whether it is running or not."""

    def __init__(self, place: Place, data: Path) -> None:
        self.place = place
        self.data = data

    def pid(self) -> int | None:
        """The process that serves this folder; the number in a stale pid file may be any process's."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        ours = Path(os.fsdecode(arguments[0])).name == "postgres" and os.fsencode(self.data) in arguments
        return pid if ours else None

    def make(self, binaries: Binaries, *, fsync: bool) -> None:
        """Create an empty data folder beside its place and move it there when it is complete."""
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        command: list[str | Path] = [binaries.folder / "initdb", "-D", fresh, "-U", OWNER, "-E", "UTF8", "--locale=C"]
        command += ["--lc-ctype=C.UTF-8", "--data-checksums", "--auth-local=peer", "--auth-host=reject"]
        command += [] if fsync else ["--no-sync"]
        tried = self.place.account.run(command, self.place.folder, timeout=120)
        if tried.returncode:
            raise EmbeddedPostgresError(f"initdb failed: {_last_line(tried.stderr)}")
        fresh.rename(self.data)
        sync_folder(self.data.parent)

    def admit(self) -> None:
        """Write who may connect: our own users of the machine as the owner, and everybody else with a password.

        A running server reloads the files when they have changed, as after an upgrade.
        """
        names = sorted({"root", self.place.account.name})
        wanted = {
            "pg_hba.conf": f"local all {OWNER} peer map=house\nlocal all all scram-sha-256\n",
            "pg_ident.conf": "".join(f"house {name} {OWNER}\n" for name in names),
        }
        changed = [file for file, text in wanted.items() if (self.data / file).read_text() != text]
        for file in changed:
            (self.data / file).write_text(wanted[file])
        pid = self.pid()
        if changed and pid is not None:
            os.kill(pid, signal.SIGHUP)

    def start(self, binaries: Binaries, socket_folder: Path, *, fsync: bool, deadline: float) -> None:
        """Start the server and wait until it accepts connections, at most until `deadline` (time.monotonic)."""
        settings = _ALWAYS | {"unix_socket_directories": str(socket_folder)} | ({} if fsync else _FAST_AND_FORGETFUL)
        options = shlex.join([part for name, value in settings.items() for part in ("-c", f"{name}={value}")])
        log = self.place.log
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.before"))
        while True:
            self._forget_left_over_pid()
            seen = log.stat().st_size if log.exists() else 0
            left = max(1, round(deadline - time.monotonic()))
            command: list[str | Path] = [binaries.folder / "pg_ctl", "start", "-D", self.data, "-l", log, "-o", options]
            tried = self.place.account.run([*command, "-w", "-t", str(left)], self.place.folder, timeout=left + 10)
            if not tried.returncode:
                return
            output = _read_from(log, seen)
            passes = any(reason in output for reason in _PASSES)
            if not passes or time.monotonic() > deadline:
                reason = _last_line("\n".join(line for line in output.splitlines() if "FATAL" in line) or tried.stderr)
                raise EmbeddedPostgresError(f"PostgreSQL does not start: {reason} (more in {log})")
            time.sleep(0.2)

    def stop(self, timeout: float) -> None:
        """Stop the server, waiting `timeout` seconds for a clean shutdown; what was committed stays."""
        for politeness in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, politeness)
            deadline = time.monotonic() + timeout
            while self.pid() == pid and time.monotonic() < deadline:
                time.sleep(0.02)
        if self.pid() is not None:
            raise EmbeddedPostgresError(f"PostgreSQL (process {self.pid()}) does not stop")

    def _forget_left_over_pid(self) -> None:
        """Remove a pid file with the number of another live process, with which PostgreSQL would never start again.

        An orphan of the server that wrote it is still found, by the shared memory tied to the data folder.
        """
        left = self.data / "postmaster.pid"
        if left.exists() and self.pid() is None and Path("/proc", left.read_text().split("\n", 1)[0]).exists():
            left.unlink()


def _read_from(log: Path, position: int) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(position)
        return file.read().decode(errors="replace")


def _last_line(text: str) -> str:
    return next(iter(reversed(text.strip().splitlines())), "no reason is given")

"""A running installation: server and worker processes as in production, on a database of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from store.connecting import open_connection
from sync.device import Device
from tests.support.office_client import Json, OfficeClient

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
STOP_SECONDS = 30
JOB_SECONDS = 240


@dataclass(frozen=True)
class Technician:
    """The ids of a technician and of their van."""

    id: str
    name: str
    van: str


@dataclass
class Company:
    """A running installation with its users, technicians and devices. `journal` is the file of all log lines."""

    url: str
    dsn: str
    folder: Path
    journal: Path
    process: subprocess.Popen[bytes]
    admin: OfficeClient
    _devices: list[Device] = field(default_factory=list)

    def desk(self, *roles: str) -> OfficeClient:
        """A new user with these roles, signed in."""
        login = f"{roles[0]}-{uuid4().hex[:8]}"
        fields = {"login": login, "name": f"The {roles[0]}", "password": PASSWORD, "roles": list(roles)}
        self.admin.post("users", fields)
        return OfficeClient.sign_in(self.url, login, PASSWORD)

    def hire(self, name: str, since: datetime | None = None) -> Technician:
        """Create a technician with a van, registered at `since` (default: now)."""
        began = {} if since is None else {"occurred_at": since.isoformat()}
        named = {"name": name, "zone": "Europe/Berlin", "language": "de"}
        person = self.admin.post("technicians", named | began)["id"]
        van = self.admin.post("locations", {"kind": "van", "name": f"Van of {name} {uuid4()}"} | began)["id"]
        self.admin.post(f"technicians/{person}/assign-van", {"location": van})
        return Technician(person, name, van)

    def code(self, technician: Technician) -> str:
        """A code with which a device of theirs may enrol."""
        answer = self.admin.ask("POST", f"/api/v1/technicians/{technician.id}/enrolments", {})
        assert answer.status in (200, 201), answer
        code = answer.json()["code"]
        assert isinstance(code, str), code
        return code

    def device(self, technician: Technician, **options: Any) -> Device:
        """An enrolled device of the technician, with all its documents."""
        device = self.blank_device(**options)
        device.enrol(self.code(technician), f"phone of {technician.name}")
        device.sync()
        return device

    def blank_device(self, url: str | None = None, **options: Any) -> Device:
        """A device that is not enrolled; `url` is the server's, or a relay's in front of it."""
        device = Device(str(self.folder / f"{uuid4().hex}.sqlite"), url or self.url, **options)
        self._devices.append(device)
        return device

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query as the database's owner."""
        with closing(open_connection(self.dsn)) as session, session.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall()

    def change(self, sql: str, *values: Any) -> None:
        """Run a statement as the database's owner, past the application."""
        with closing(open_connection(self.dsn)) as session, session.cursor() as cursor:
            cursor.execute(sql, values)

    def records(self) -> list[str]:
        """The stored history, byte for byte."""
        return [record for (record,) in self.rows("SELECT record FROM log.events ORDER BY position")]

    def callout(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line on the company's database."""
        command = [sys.executable, "-m", "callout", *words]
        return subprocess.run(
            command, env=environment(self.dsn, self.folder), capture_output=True, text=True, timeout=300, check=False
        )

    def verified(self) -> list[Json]:
        """Verify every view against the log; the result of each."""
        asked = [self.begin_job(view["name"], "verify") for view in self.admin.get("projections")["items"]]
        return [self.result_of(where) for where in asked]

    def rebuild(self, view: str, desk: OfficeClient | None = None) -> Json:
        """Rebuild a view; the result of the job."""
        return self.result_of(self.begin_job(view, "rebuild", desk), desk)

    def begin_job(self, view: str, kind: str, desk: OfficeClient | None = None) -> str:
        """Start a job about a view; the path at which its state is read."""
        answer = (desk or self.admin).ask("POST", f"/api/v1/projections/{view}/{kind}", {})
        assert answer.status == 202, answer
        return answer.headers["location"]

    def result_of(self, where: str, desk: OfficeClient | None = None) -> Json:
        """Wait for the end of a job; its result."""
        deadline = monotonic() + JOB_SECONDS
        while (job := (desk or self.admin).ask("GET", where).json())["state"] in ("waiting", "running"):
            assert monotonic() < deadline, job
            sleep(0.2)
        assert job["state"] == "done", job
        result: Json = job["result"]
        return result

    def _close(self) -> None:
        for device in self._devices:
            device.close()


def environment(dsn: str, folder: Path, **settings: str) -> dict[str, str]:
    """The environment of the installation's processes, without CALLOUT_ variables of the machine.

    `settings` are further ones, by the names of the environment.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CALLOUT_")}
    return inherited | {
        "DATABASE_URL": dsn,
        "PYTHONPATH": str(ROOT),
        "CALLOUT_HOME": str(folder),
        "CALLOUT_MASTER_KEY": b64encode(b"m" * 32).decode(),
        "CALLOUT_ADMIN_PASSWORD": PASSWORD,
        "CALLOUT_THREADS": "32",
        "CALLOUT_DEVICE_RATE": "0",
        "CALLOUT_OFFICE_RATE": "0",
        **settings,
    }


@contextmanager
def company_on(dsn: str, folder: Path, **settings: str) -> Iterator[Company]:
    """An installation on a migrated, empty database; `folder` holds its files, `settings` as in `environment`."""
    journal = folder / "journal"
    command = [sys.executable, "-m", "callout", "serve", "--port", "0", "--json"]
    with (
        journal.open("wb") as lines,
        subprocess.Popen(
            command,
            env=environment(dsn, folder, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=lines,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"the server did not start:\n{journal.read_text()}"
            url = json.loads(line)["url"]
            company = Company(url, dsn, folder, journal, process, OfficeClient.sign_in(url, "admin", PASSWORD))
            try:
                yield company
            finally:
                company._close()
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()

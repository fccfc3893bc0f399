"""The demo: killed in the middle of its story it continues, records nothing twice, and is ready within seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.http.shapes import schema_of
from callout.demo.customers import HOUSEHOLDS
from callout.demo.repairs import REPAIRS
from projections.documents.documents import KINDS
from store.embedded import EmbeddedPostgres
from sync.device import Device
from tests.support.described_replies import misfits as misfits_of_replies
from tests.support.office_client import OfficeClient
from tests.support.processes import eventually, state_folder
from tests.support.schema_check import complaints

ROOT = Path(__file__).parents[2]
NOUNS = ("work-orders", "customers", "discrepancies")
MISFITS = ["negative_book", "possible_double_use", "work_after_cancel", *["work_after_reassignment"] * 2]


@pytest.fixture
def folder() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@contextmanager
def demo(folder: Path, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """The demo on its own embedded database."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CALLOUT_")}
    environment = inherited | {"CALLOUT_HOME": str(folder), "CALLOUT_THREADS": "32", "CALLOUT_OFFICE_RATE": "0"}
    environment["PYTHONPATH"] = str(ROOT)
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "callout", "demo", "--port", str(port), "--json"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The JSON line that the demo prints when it is ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    started: dict[str, Any] = json.loads(line)
    return started


def test_a_killed_demo_goes_on_with_its_story_and_tells_it_once(folder: Path, tmp_path: Path) -> None:
    with demo(folder) as process:
        eventually(lambda: in_the_middle(folder / "demo" / "emre.sqlite"), seconds=120)
        process.kill()
    eventually(lambda: not EmbeddedPostgres(folder).status().running, seconds=60)

    with demo(folder) as process:
        started = ready(process)
        desk = OfficeClient.sign_in(started["url"], "manager", password_of(started, "manager"))
        orders, customers, misfits = (desk.get(noun, limit=500)["items"] for noun in NOUNS)
        admin = OfficeClient.sign_in(started["url"], "admin", password_of(started, "admin"))
        described = admin.ask("GET", "/openapi.json").json()
        wrong = list(misfits_of_replies(described, lambda path: read(admin, path), set()))
        with demo(folder, port=int(started["url"].rpartition(":")[2])) as second:
            output = second.communicate()
        process.send_signal(signal.SIGINT)
        rest = process.communicate()
    assert not EmbeddedPostgres(folder).status().running

    assert wrong == []  # issue 10, 7: every list and every thing has the shape that is promised
    assert len(orders) == len(REPAIRS)
    assert len(customers) == len(HOUSEHOLDS)
    assert sorted(misfit["kind"] for misfit in misfits) == MISFITS
    assert "Blum" not in json.dumps(customers)
    assert (len(started["technicians"]), len(started["parts"])) == (4, 60)
    assert {"admin", "dispatcher", "auditor"} <= {user["login"] for user in started["users"]}
    assert (second.returncode, output[0]) == (1, "")
    assert "is taken, perhaps by another callout" in output[1]
    assert (process.returncode, rest[0]) == (0, "")

    with demo(folder) as process:
        started = ready(process)
        jobs = jobs_on_a_new_phone(started, "Mia Castell", tmp_path / "mine.sqlite")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()

    assert "sent the week" not in err
    assert "The washing machine for the nappies does not lock." in jobs


def jobs_on_a_new_phone(started: dict[str, Any], name: str, file: Path) -> set[str]:
    """The problems of the work orders on a technician's new phone, enrolled with the code that the demo printed."""
    technician = next(each for each in started["technicians"] if each["name"] == name)
    with closing(Device(str(file), started["url"])) as phone:
        phone.enrol(technician["enrolment_code"], "mine")
        phone.sync()
        for kind in KINDS:
            for row in phone.documents(kind.name):
                assert list(complaints(row["body"], schema_of(kind.shape), kind.name)) == []
        return {row["body"]["problem"] for row in phone.documents("work_order")}


def read(desk: OfficeClient, path: str) -> dict[str, Any]:
    """What somebody reads there."""
    answer = desk.ask("GET", f"/api/v1{path}")
    assert answer.status == 200, f"{path}: {answer.status} {answer.body.decode()}"
    return answer.json()


def in_the_middle(phone: Path) -> bool:
    """Whether a phone has some operations sent and some unsent."""
    if not phone.exists():
        return False
    with closing(Device(str(phone))) as device:
        return bool(device.results() and device.outbox())


def password_of(started: dict[str, Any], login: str) -> str:
    return str(next(user["password"] for user in started["users"] if user["login"] == login))

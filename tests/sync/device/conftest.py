"""What the tests of the reference client share: an office, a device, and the office on loopback."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from sync.device import Device
from tests.support.fake_office import JOB, PART, VAN, VISIT, FakeOffice
from tests.support.fake_office_enrolment import ME
from tests.support.scripted_stream import ScriptedStreams


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the package `cryptography`."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)


@pytest.fixture
def slept() -> list[float]:
    return []


Open = Callable[..., Device]


@pytest.fixture
def opened(office: FakeOffice, tmp_path: Path, slept: list[float]) -> Iterator[Open]:
    """Opens the device's file, again and again if need be, with a clock that stands still and no real waiting."""
    devices: list[Device] = []
    hour = [datetime(2026, 11, 21, 15, 0, tzinfo=UTC).astimezone()]

    def open_device(name: str = "device.db", later: timedelta | None = None, **options: Any) -> Device:
        hour[0] += later or timedelta()
        usual = {"transport": office.transport, "clock": lambda: hour[0], "sleep": slept.append}
        options = usual | {"random": Random(len(devices))} | options
        devices.append(Device(str(tmp_path / name), "http://office", **options))
        return devices[-1]

    yield open_device
    for device in devices:
        device.close()


@pytest.fixture
def device(opened: Open) -> Device:
    """A device that is enrolled and has nothing yet."""
    device = opened()
    device.enrol("code", "Ada's phone")
    return device


@pytest.fixture
def url(office: FakeOffice) -> Iterator[str]:
    """The office on loopback."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path.startswith("/sync/v1/live"):
                self.send_news()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                answer = office.transport(self.command, self.path, dict(self.headers), body or None, 0)
            except OSError:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815

        def send_news(self) -> None:
            """The stream of news, line by line, as the office has it at the moment."""
            self.send_response(200)
            self.end_headers()
            for line in office.news:
                self.wfile.write(line)
                self.wfile.flush()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def station() -> ScriptedStreams:
    return ScriptedStreams()


@pytest.fixture
def listening(opened: Open, station: ScriptedStreams) -> Device:
    """An enrolled device that listens to the station."""
    device = opened(listen=station.listen, tries=1)
    device.enrol("code", "phone")
    return device


Type = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Types one word and gives what came back."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "sync.device", "--home", str(tmp_path / "ada.db"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.fixture
def day(office: FakeOffice, url: str, typed: Type) -> Type:
    """The terminal of an enrolled technician with one job, one part and a van."""
    office.put("location", VAN, kind="van", name="Van 1", custodian=ME)
    office.put("location", JOB[:-1] + "8", kind="warehouse", name="Depot")
    office.put("part", PART, number="BELT-7", name="Drive belt", unit="piece", tracking="none")
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="2", reserved="0")
    customer, site = (
        {"id": "c", "name": "Grace \x1b[31m", "phones": ["+1 555"]},
        {"address": "1 Hill Rd", "zone": "UTC"},
    )
    job = {"number": "1001", "status": "scheduled", "problem": "Will not spin", "priority": "high", "technician": ME}
    used = [{"part": PART, "quantity": "1", "location": VAN, "at": "2026-11-20T10:00:00Z"}]
    office.put("work_order", JOB, **job, customer=customer, site=site, parts_required=[], parts_used=used, notes=[])
    window = {"window_start": "2026-11-21T09:00:00Z", "window_end": "2026-11-21T11:00:00Z"}
    office.put("visit", VISIT, work_order=JOB, technician=ME, status="dispatched", **window)
    enrolled = typed("--url", url, "enrol", "CODE", "--name", "Ada's laptop").stdout
    assert enrolled.startswith("Enrolled for Ada.\nSent 0, received 6 documents.\nJOB ")  # issue 9, 16: at once
    assert "received 0 documents" in typed("sync").stdout
    return typed

"""Idle: what a thousand devices that wait for changes cost those that have something to send."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep
from typing import NamedTuple
from uuid import uuid4

from benchmarks.idle_crowd import WAIT, Crowd, crowd_at
from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, Timing
from benchmarks.staff import download
from tests.support.company import PASSWORD, environment
from tests.support.http_device import HttpDevice
from tests.support.office_client import OfficeClient
from tests.support.servers import state_folder

IDLE = 1_000
TECHNICIANS = 100
TRIALS = 20
PUSH, VISIBLE = "push, until it is answered", "push, until the other device's long poll is answered"
WHAT = (PUSH, VISIBLE)
BEFORE, MEANWHILE, AFTER = "nobody else", "a thousand others wait", "nobody else, afterwards"
_SETTLE_SECONDS = 0.1
_STOP_SECONDS = 30


class Served(NamedTuple):
    """A company on a server that `./run serve` started, with an embedded database of its own."""

    url: str
    process: subprocess.Popen[bytes]
    admin: OfficeClient

    def hire(self, name: str) -> str:
        """A technician."""
        return str(self.admin.post("technicians", {"name": name, "zone": "Europe/Berlin", "language": "de"})["id"])

    def phone(self, technician: str) -> HttpDevice:
        """An enrolled device."""
        code = self.admin.ask("POST", f"/api/v1/technicians/{technician}/enrolments", {}).json()["code"]
        return HttpDevice(self.url, str(code))

    def order(self, technician: str) -> str:
        """A work order of this technician."""
        customer = self.admin.post("customers", {"name": "Kastanienbaum"})["id"]
        case = self.admin.post("cases", {"customer": customer, "topic": "troubleshooting"})["id"]
        order = self.admin.post("work-orders", {"case": case, "problem": "It drips."})["id"]
        self.admin.post(f"work-orders/{order}/assign", {"technician": technician})
        return str(order)

    def memory(self) -> dict[str, float]:
        """Megabytes of each kind of process, what is shared counted once."""
        found = {"HTTP server": 0.0, "worker and supervisor": 0.0}
        for process in _below(self.process.pid):
            words = Path(f"/proc/{process}/cmdline").read_bytes()
            found["HTTP server" if b"gunicorn" in words else "worker and supervisor"] += _megabytes(process)
        return found


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:  # noqa: ARG001 - it serves a home of its own
    """Pushes and wake-ups of one technician's two devices, without and with a thousand others that wait."""
    with served() as company, ThreadPoolExecutor(1) as beside:
        anna = company.hire("Anna")
        order, phone, other = company.order(anna), company.phone(anna), company.phone(anna)
        people = [company.hire(f"Technician {number}") for number in range(TECHNICIANS)]
        devices = []
        for number in range(IDLE):
            progress("enrolling", number, IDLE)
            idler = company.phone(people[number % TECHNICIANS])
            devices.append((idler.enrolled["access_token"], download(idler)[1]))
        trials, many = _Trials(phone, other, order, beside), TRIALS * rounds
        times = {BEFORE: trials.run(many, progress, BEFORE)}
        memory = {"before": company.memory()}
        with crowd_at(company.url, devices) as crowd:
            waiting = crowd.settle(IDLE)
            sleep(WAIT)  # until all have been answered once, and ask again one by one
            times[MEANWHILE] = trials.run(many, progress, MEANWHILE)
            answers, memory["meanwhile"] = dict(crowd.state["answers"]), company.memory()
            everybody = _wake_everybody(company, crowd)
        sleep(WAIT)  # until the server has noticed that they are gone
        times[AFTER] = trials.run(many, progress, AFTER)
    notes = [
        f"{waiting:,} waited meanwhile; what they were answered, by status: {answers}",
        *(
            f"{what}, {when}: 95 of 100 within {_p95(found[what]):.1f} ms"
            for what in WHAT
            for when, found in times.items()
        ),
        *(f"memory {when} (MB): {_sizes(found)}" for when, found in memory.items()),
        everybody,
    ]
    timings = [_timing(what, when, found[what], times[BEFORE][what]) for what in WHAT for when, found in times.items()]
    return Outcome([], [], timings, notes)


class _Trials:
    """One device pushes, another one of the same technician waits."""

    def __init__(self, phone: HttpDevice, other: HttpDevice, order: str, beside: ThreadPoolExecutor) -> None:
        self._phone, self._other, self._order, self._beside = phone, other, order, beside
        self._cursor = ""

    def run(self, many: int, progress: Progress, scenario: str) -> dict[str, list[float]]:
        """Milliseconds of each push and each wake-up."""
        times: dict[str, list[float]] = {PUSH: [], VISIBLE: []}
        self._cursor = download(self._other)[1]
        for number in range(many + 3):
            progress(scenario, number, many + 3)
            waiting = self._beside.submit(self._wait)
            sleep(_SETTLE_SECONDS)
            note = self._phone.operation("note_added", {"work_order": self._order, "text": "x"}, "2026-11-20T12:00:00Z")
            begun = perf_counter()
            self._phone.push(note)
            pushed = perf_counter()
            woken = waiting.result()
            if number >= 3:
                times[PUSH].append((pushed - begun) * 1e3)
                times[VISIBLE].append((woken - begun) * 1e3)
        return times

    def _wait(self) -> float:
        while True:
            answer = self._other.pull(self._cursor, wait=20)
            assert answer.status == 200, answer
            woken, reply = perf_counter(), answer.json()
            self._cursor = reply["cursor"]
            if reply["changes"]:
                return woken


def _wake_everybody(company: Served, crowd: Crowd) -> str:
    """A note on how long it takes until a change that all share has reached everybody."""
    before, begun = crowd.state["woken"], monotonic()
    company.admin.post("parts", {"number": uuid4().hex, "names": [{"language": "en", "text": "Pump"}], "unit": "pcs"})
    deadline = monotonic() + 60
    while crowd.state["woken"] < before + IDLE and monotonic() < deadline:
        sleep(0.1)
    return f"a new part reached {crowd.state['woken'] - before:,} of them within {crowd.state['last'] - begun:.1f} s"


@contextmanager
def served() -> Iterator[Served]:
    """`./run serve` in a home of its own, as it is configured by default, without a limit by device."""
    with state_folder() as home:
        wanted = {name: value for name, value in environment("", home).items() if name != "CALLOUT_THREADS"}
        command = [sys.executable, "-m", "callout", "serve", "--port", "0", "--json"]
        with (
            (home / "journal").open("wb") as lines,
            subprocess.Popen(
                command, env=wanted, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=lines
            ) as process,
        ):
            try:
                assert process.stdout is not None
                url = json.loads(process.stdout.readline())["url"]
                yield Served(url, process, OfficeClient.sign_in(url, "admin", PASSWORD))
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(_STOP_SECONDS)


def _below(process: int) -> list[int]:
    """A process and all processes below it."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(each for child in children for each in _below(int(child)))]


def _megabytes(process: int) -> float:
    """The memory of a process; what several processes share is divided among them."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def _timing(what: str, scenario: str, times: Sequence[float], baseline: Sequence[float]) -> Timing:
    ratio = median(times) / median(baseline)
    return Timing(what, f"{what}, {scenario}", median(times), quantiles(times, n=10)[-1], ratio)


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def _sizes(memory: dict[str, float]) -> str:
    return ", ".join(f"{kind} {size:.0f}" for kind, size in memory.items())

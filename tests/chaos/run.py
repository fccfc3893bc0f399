"""One run: devices send while processes are killed and connections cut; then everything is checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

from sync.device import DeviceError
from tests.chaos.book import Book
from tests.chaos.ending import SETTLE_SECONDS, check_devices, check_effects, check_views, settled
from tests.chaos.findings import Finding, finding, together
from tests.chaos.fleet import Fleet
from tests.chaos.founding import founded
from tests.chaos.history import check_history
from tests.chaos.idle import IdleTransaction
from tests.chaos.killer import Killer
from tests.chaos.line import Line
from tests.chaos.pace import Pace
from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.service import Service
from tests.chaos.shared import Promises, Shared
from tests.chaos.victims import KILLS, OF_HTTP
from tests.support.company import PASSWORD, Company
from tests.support.office_client import OfficeClient
from tests.support.processes import eventually
from tests.support.servers import state_folder

OnProgress = Callable[[str, int, int], None]
"""A callback for progress: the present phase, how much of it is done, of how much."""
_LOOK_SECONDS = 0.2
_BACK_SECONDS = 120
_VIEWS_SECONDS = 900
_CONTROL_SECONDS = 60
"""How long a server with a planted bug may take to settle: what it has lost may be waited for in vain."""


def run(plan: Plan, on_progress: OnProgress) -> Report:
    """Run a plan; its report. Everything that was started is ended and removed."""
    dice, book = Random(plan.seed), Book()
    on_progress("founding the company", 0, 1)
    with (
        state_folder() as home,
        Service(home, plan.control) as service,
        Line(service.port, Random(dice.random())) as line,
    ):
        dsn = service.dsn()
        admin = OfficeClient.sign_in(service.url, "admin", PASSWORD)
        company = Company(service.url, dsn, home, service.journal, service.process, admin)
        shifts = founded(company, plan, Random(dice.random()))
        settled(company)
        pace = Pace(plan.operations, plan.kills, plan.minutes * 60)
        fleet = Fleet(company, shifts, plan, Shared(line.url, book, pace, Promises()), Random(dice.random()))
        killer = Killer(service, pace, Random(dice.random()), OF_HTTP if plan.control else tuple(KILLS))
        report = Report(plan, book, killer.kills, killer.silences, line.faults)
        with IdleTransaction(dsn) as idle:
            report.seconds = _load(fleet, killer, line, pace, on_progress)
            report.idle = idle.begun
        began = time.monotonic()
        on_progress("waiting for the views", 0, 1)
        eventually(service.is_ready, _VIEWS_SECONDS)
        report.settling = time.monotonic() - began
        report.ends = dict(service.ends)
        company.admin = company.admin.again()
        found = [*_unfinished(pace, killer), *_check(company, fleet, book, report, on_progress)]
        report.findings = together(found)
        report.checking = time.monotonic() - began
    return report


def _load(fleet: Fleet, killer: Killer, line: Line, pace: Pace, on_progress: OnProgress) -> float:
    """Let devices and killer run until everything is answered; the seconds that took."""
    began, line.calm = time.monotonic(), False
    fleet.start()
    killer.start()
    try:
        while fleet.is_working():
            on_progress(f"load, {pace.begun} of {pace.kills} kills", pace.acknowledged, pace.total)
            time.sleep(_LOOK_SECONDS)
            if pace.is_late():
                pace.end()
    except BaseException:
        pace.end()
        raise
    finally:
        lasted = time.monotonic() - began
        line.calm = True
        killer.join(_BACK_SECONDS)
        fleet.wait()
    if killer.failure is not None:
        raise killer.failure
    return lasted


def _unfinished(pace: Pace, killer: Killer) -> Iterator[Finding]:
    if pace.is_late() and pace.over:
        yield Finding("not done in time", pace.total - pace.acknowledged, ["operations were not acknowledged in time"])
    if killer.gone is not None:
        yield Finding("not back after a kill", 1, [killer.gone])
    if sum(killer.kills.values()) < pace.kills:
        yield Finding("kills that did not happen", pace.kills - sum(killer.kills.values()), ["the run ended before"])


def _check(company: Company, fleet: Fleet, book: Book, report: Report, on_progress: OnProgress) -> Iterator[Finding]:
    steps = 4
    on_progress("checking devices", 0, steps)
    try:
        seconds = _CONTROL_SECONDS if report.plan.control else SETTLE_SECONDS
        settled(company, seconds)
        downloads = fleet.first_downloads(lambda: settled(company, seconds))
        replicas = fleet.replicas()
    except (DeviceError, AssertionError, TimeoutError) as error:
        yield Finding("devices that do not come to rest", 1, [repr(error)])
    else:
        yield from check_devices(replicas, downloads)
        yield from check_effects(fleet.ledgers(), downloads.values())
        report.compared |= {
            "devices compared with a first download": len(replicas),
            "documents compared": sum(len(held) for held in replicas.values()),
        }
    on_progress("checking the history", 1, steps)
    yield from check_history(company.rows, book, fleet.journals())
    report.compared |= {"acknowledged operations looked for in the log": len(book.first)}
    on_progress("checking the views", 2, steps)
    if report.plan.control is None:
        yield from check_views(company)
    yield from finding("strange answers", book.unexpected)
    on_progress("done", steps, steps)

"""Issue 8, 19: the process that answers reads of the past, started, killed and limited as in production."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError

from callout.assembly import Application
from callout.bootstrap import register_locations
from callout.past_process import past_desk
from domain.kernel.problem import Problem
from projections.past.desk import PastDesk
from projections.past.place import StillFolding
from projections.stock.locations import Locations

SQL = "SELECT * FROM locations ORDER BY id"


@pytest.fixture
def desk(application: Application) -> Iterator[PastDesk]:
    register_locations(application)
    with closing(past_desk(application)) as made:
        made._patience = 60  # a process needs its time to start on a busy machine
        yield made


def rows(desk: PastDesk, known_at: int) -> list[object]:
    with desk.at([Locations()], known_at) as reader:
        return [dict(row) for row in reader.fetch_all(SQL)]


def processes() -> list[int]:
    """The processes that this one has started for the past."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in map(int, children) if b"callout.past_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_it_answers_as_a_fold_here_does_keeps_the_fold_and_is_replaced_when_it_is_killed(
    application: Application, desk: PastDesk
) -> None:
    for known_at in (0, 3, 6):
        with application.services.views.at([Locations()], known_at) as reader:
            assert rows(desk, known_at) == reader.fetch_all(SQL)
    [first] = processes()
    assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0), "others go first"

    os.kill(first, signal.SIGKILL)
    teller = desk._places[0]._process
    assert teller is not None
    assert teller.line.poll(10), "its end of the pipe is closed"
    assert len(rows(desk, 6)) == 6
    [second] = processes()
    assert second != first


def test_one_that_cannot_work_is_a_problem_of_its_asker_alone(application: Application) -> None:
    register_locations(application)
    starved = Application(replace(application.settings, past_memory=32))
    with closing(past_desk(starved)) as desk:
        desk._patience = 60
        with pytest.raises((OperationalError, Problem)) as response:
            rows(desk, 6)
        assert not isinstance(response.value, StillFolding)
    with application.services.views.at([Locations()], 6) as reader:
        assert len(reader.fetch_all(SQL)) == 6
    starved.close()

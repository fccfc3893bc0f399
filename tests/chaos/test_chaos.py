"""A small chaos run: nothing is lost, doubled or answered differently, and a planted bug is found."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.plan import SMALL, Plan
from tests.chaos.run import run

PLAN = Plan(operations=SMALL, kills=3, devices=8, seed=3, minutes=5.0)


def silent(what: str, done: int, of: int) -> None:
    """A progress callback that does nothing."""


def test_processes_killed_and_connections_cut_neither_lose_nor_double_an_operation() -> None:
    report = run(PLAN, silent)

    assert report.findings == []
    assert sum(report.kills.values()) == 3
    assert sum(report.cuts.values()) > 0
    assert len(report.book.first) == SMALL
    assert report.book.times.total() > 2 * SMALL
    assert report.compared["devices compared with a first download"] == 8


def test_a_server_that_acknowledges_before_it_commits_is_found_out() -> None:
    report = run(replace(PLAN, operations=800, kills=6, control="ack-before-commit"), silent)

    assert report.caught(), report.findings

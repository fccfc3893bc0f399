"""Flask and PostgreSQL answer as the core in memory does, and a difference would be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from eventsourcing.persistence import StoredEvent
from msgspec import structs

import projections.documents.page
from domain.access.identity import DeviceIdentity
from domain.kernel.envelope import Envelope
from domain.recording.answers import Appended, Past
from store.device_access import DeviceAccess
from store.operations import Operations
from store.recorder import Recorder
from tests.simulation.real_compare import Difference
from tests.simulation.real_databases import prepared
from tests.simulation.real_run import Compared, replayed
from tests.simulation.runs import schedule_of
from tests.support.databases import Cluster

SEEDS = (1, 5, 6, 7, 14, 18, 20, 36)
"""Among them are restores, crashes, photos, erasures, held operations, lost phones and upgrades."""
STEPS, DEVICES = 100, 4
SMALL_PAGES = [seed for seed in range(60) if schedule_of(seed, steps=STEPS, devices=DEVICES).profile.page < 20]
Run = Callable[[int], Compared]
Planted = AbstractContextManager[Any]


@pytest.fixture(scope="module")
def server_template(cluster: Cluster) -> Iterator[str]:
    """The name of a database with views and a clock that can be set."""
    with prepared(cluster) as template:
        yield template


@pytest.fixture
def replay(cluster: Cluster, server_template: str, tmp_path: Path) -> Run:
    """Runs a seed in memory and on the real server."""

    def run(seed: int) -> Compared:
        folder = tmp_path / f"{seed}"
        return replayed(seed, STEPS, DEVICES, cluster=cluster, template=server_template, folder=folder)

    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_the_real_server_says_and_stores_what_the_core_does_word_for_word(replay: Run, seed: int) -> None:
    compared = replay(seed)

    assert compared.exchanges > 20
    assert compared.events > 60


def forgetful() -> Planted:
    """The server forgets what it has answered."""
    history = Operations.history

    def forgets(self: Operations, *asked: Any) -> Past:
        return history(self, *asked)._replace(known=[])

    return patch.object(Operations, "history", forgets)


def without_ties() -> Planted:
    """A page ends in the middle of a position."""
    sql = projections.documents.page._PAGE.replace("WITH TIES", "ONLY")
    return patch.object(projections.documents.page, "_PAGE", sql)


def off_by_one() -> Planted:
    """Positions are reported one too high."""
    append = Recorder.append

    def appends(self: Recorder, *args: Any, **more: Any) -> Appended:
        done = append(self, *args, **more)
        return done._replace(base=done.base + 1)

    return patch.object(Recorder, "append", appends)


def trusting() -> Planted:
    """The status of a device is ignored."""
    who = DeviceAccess.who

    def trusts(self: DeviceAccess, token: str, **_: Any) -> DeviceIdentity:
        return who(self, token, revoked_too=True)._replace(status="active")

    return patch.object(DeviceAccess, "who", trusts)


def unknowing() -> Planted:
    """`seen` of an operation is not recorded; no reply shows it."""
    append = Recorder.append

    def appends(self: Recorder, events: Sequence[tuple[StoredEvent, Envelope]], *args: Any, **more: Any) -> Appended:
        bare = [(event, structs.replace(envelope, seen_position=None)) for event, envelope in events]
        return append(self, bare, *args, **more)

    return patch.object(Recorder, "append", appends)


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (forgetful, "POST http://office/sync/v1/push"),
        (without_ties, "GET http://office/sync/v1/pull"),
        (off_by_one, "POST http://office/sync/v1/push"),
        (trusting, "http://office/sync/v1/pu"),
        (unknowing, "in the end: log"),
    ],
)
def test_a_mistake_of_the_real_server_is_seen(replay: Run, plant: Callable[[], Planted], where: str) -> None:
    with plant(), pytest.raises(Difference, match=where):
        list(map(replay, SMALL_PAGES))

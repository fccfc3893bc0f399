"""Issue 8, 19: whoever asks about the past takes nothing away from phones and from ordinary reads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import Pipe
from threading import Event
from typing import Any

import pytest

from api.app import create_app
from api.http.services import Services
from projections.past.desk import PastDesk
from projections.past.place import PastProcess
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice

PLACES, LINE = 2, 3
EARLIER = "/api/v1/parts?known_at={}"


def push() -> dict[str, Any]:
    """A push that brings nothing and asks for what is new."""
    return {"incarnation": 1, "now": datetime.now(UTC).isoformat(), "operations": [], "pull": {"limit": 100}}


def part(number: int) -> dict[str, Any]:
    return {"number": f"P-{number}", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


class Stuck:
    """Processes that take a question and do not come to an end with it until they are told to fail."""

    def __init__(self) -> None:
        self.asked = Event()
        self.lines: list[object] = []

    def start(self) -> PastProcess:
        ours, theirs = Pipe()
        self.lines.append(theirs)
        if len(self.lines) == PLACES:
            self.asked.set()
        return PastProcess(ours, lambda: None)


@pytest.fixture
def stuck() -> Stuck:
    return Stuck()


@pytest.fixture
def crowded(services: Services, stuck: Stuck) -> Iterator[ApiClient]:
    """An application whose places for the past are taken by questions that do not end."""
    desk = PastDesk(services.views, stuck.start, places=PLACES, line=LINE, patience=15)
    served = replace(services, past=desk)
    yield ApiClient(served, create_app(served).test_client())
    desk.close()


def test_with_all_places_taken_others_are_served_and_one_more_asker_is_told_when_to_come_back(
    crowded: ApiClient, services: Services, stuck: Stuck
) -> None:
    phone = PullingDevice(crowded)
    crowded.catch_up()
    head = services.log.head()
    with ThreadPoolExecutor(PLACES + LINE) as pool:
        clients = [
            ApiClient(crowded.services, crowded.client.application.test_client(), crowded.tokens) for _ in range(8)
        ]
        crowded.user("auditor")
        asked = [
            pool.submit(clients[number].ask, "GET", EARLIER.format(number + 1), role="auditor")
            for number in range(PLACES + LINE)
        ]
        assert stuck.asked.wait(10)
        while crowded.services.past._waiting < LINE:  # type: ignore[attr-defined]  # the desk above
            pass
        held = [each.in_use for each in (services.log.pool, services.projecting.pool, services.views._pool)]

        refused = crowded.ask("GET", EARLIER.format(99), role="auditor")
        ordinary = [crowded.ask("GET", "/api/v1/parts").status_code for _ in range(20)]
        pushed = [phone.ask("POST", "push", json=push()).status_code for _ in range(20)]
        written = [crowded.post("/api/v1/parts", part(number)).status_code for number in range(20)]

        assert held == [0, 0, 0], "no connection that others need waits along"
        assert refused.status_code == 503
        assert refused.json is not None
        assert refused.json["type"].endswith("/past-busy")
        assert int(refused.headers["Retry-After"]) >= 1
        assert set(ordinary) == {200}
        assert set(pushed) == {200}
        assert set(written) == {201}
        for line in stuck.lines:
            line.close()  # type: ignore[attr-defined]  # what a process that was killed leaves behind
        answers = [each.result() for each in asked]
    assert head > 0
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)

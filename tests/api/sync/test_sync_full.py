"""Issue 8, overload: a request that finds a full queue is refused at once, with the seconds after which to retry."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.app import create_app
from api.http.services import Services
from sync.admission import Overloaded
from sync.gate import Gate
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice

PUSH = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": []}


@pytest.fixture
def gate() -> Gate:
    """One place for pushes, and a line for one."""
    return Gate(rate=0, burst=1, connections=1, threads=4)


@pytest.fixture
def small(services: Services, gate: Gate) -> ApiClient:
    served = replace(services, gate=gate)
    return ApiClient(served, create_app(served).test_client())


@pytest.fixture
def full(gate: Gate) -> Iterator[None]:
    """One device pushes, and another waits in the queue."""
    with ThreadPoolExecutor(1) as pool, ExitStack() as inside:
        inside.enter_context(gate.push(uuid4()))

        def wait() -> None:
            with gate.push(uuid4()):
                pass

        waiting = pool.submit(wait)
        while not gate.is_full(pushes=True):
            pass
        yield
        inside.close()
        waiting.result()


@pytest.mark.usefixtures("full")
def test_a_push_to_a_full_line_costs_the_database_nothing(
    small: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = PullingDevice(small)

    def ask(*_: Any) -> Any:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(services.log.pool, "execute", ask)
    monkeypatch.setattr(services.log.pool, "connection", ask)
    refused = [phone.ask("POST", "push", json=PUSH) for _ in range(3)]

    for reply in refused:
        assert phone.code(reply) == (503, "overloaded")
        assert int(reply.headers["Retry-After"]) >= 1
        assert reply.mimetype == "application/problem+json"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.json is not None
        assert reply.json["title"] == Overloaded.title()
    assert len({reply.headers["X-Request-Id"] for reply in refused}) == 3
    monkeypatch.undo()
    counted = small.client.get("/metrics").text
    assert 'callout_requests_total{method="POST",route="/sync/v1/push",status="503"} 3.0' in counted


def test_with_room_in_line_everything_is_as_ever(small: ApiClient, gate: Gate) -> None:
    phone = PullingDevice(small)
    assert not gate.is_full(pushes=True)
    assert phone.ask("POST", "push", json=PUSH).status_code == 200
    assert phone.pull()["more"] is False
    assert small.client.post("/sync/v1/push", json=PUSH).status_code == 401


@pytest.mark.usefixtures("full")
def test_what_has_no_line_is_answered_meanwhile(small: ApiClient) -> None:
    assert small.client.get("/health").status_code == 200
    assert small.ask("GET", "/api/v1/parts").status_code == 200

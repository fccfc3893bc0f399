"""Issue 8: every request of a device passes the gate, before anything is looked up for it but who is asking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from api.app import create_app
from api.http.policy import ANYONE, POLICY
from api.http.services import Services
from api.sync.overload import QUEUES
from sync.gate import Gate
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice

ROUTES = [
    route for route, allowed in POLICY.items() if route.partition(" ")[2].startswith("/sync/") and allowed != ANYONE
]
HASH = "a" * 64
BODIES: dict[str, dict[str, Any]] = {
    "verify": {"data": b"this is no body of a verification"},
    "blobs": {"data": b"x", "headers": {"Upload-Offset": "0"}},
}


def api_with(services: Services, gate: Gate) -> ApiClient:
    services.views.resting = gate.resting
    served = replace(services, gate=gate)
    return ApiClient(served, create_app(served).test_client())


def request(phone: PullingDevice, route: str) -> tuple[int, str]:
    """Status and code of a request of this route, about things that are not there."""
    method, _, path = route.partition(" ")
    verb = path.removeprefix("/sync/v1/").replace("{sha256}", HASH)
    more = dict(BODIES.get(verb.partition("/")[0], {})) if method != "GET" else {}
    headers = more.pop("headers", {}) | {"Authorization": f"Bearer {phone.token}"}
    return phone.code(phone.api.client.open(f"/sync/v1/{verb}", method=method, headers=headers, **more))


def test_no_route_of_a_device_is_left_out_of_the_lines() -> None:
    """Issue 8, siblings of the routes of photos: what is refused early when its line is full is all of them."""
    assert len(ROUTES) == 8
    assert set(QUEUES) - {("HEAD", "/sync/v1/blobs/{sha256}")} == {tuple(route.split(" ")) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES)
def test_a_device_that_asks_too_often_is_refused_before_anything_is_looked_up(
    services: Services, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    """Issue 8: `blobs` and `wiped` had no gate; `pull` and `verify` waited for the views before they were limited."""
    api = api_with(services, Gate(rate=0.001, burst=1, connections=4, threads=40))
    phone = PullingDevice(api)
    for bucket in (api.services.gate.push, api.services.gate.pull, api.services.gate.upload):
        with bucket(phone.id):
            pass

    def looked(*_: Any, **__: Any) -> Any:
        raise AssertionError("the views were asked")

    pool: Any = api.services.views._pool
    monkeypatch.setattr(pool, "connection", looked)
    monkeypatch.setattr(pool, "fetch_all", looked)

    assert request(phone, route) == (429, "rate-limited")


@pytest.mark.parametrize("route", ROUTES)
def test_a_device_whose_line_is_full_is_refused(services: Services, route: str) -> None:
    """Issue 8, overload: no route of a device goes past a full line."""
    gate = Gate(rate=0, burst=1, connections=1, threads=4)
    api = api_with(services, gate)
    phone = PullingDevice(api)
    for line in (gate._admission._pushes, gate._admission._pulls):
        line.most = 0

    assert request(phone, route) == (503, "overloaded")


def test_photos_keep_no_operation_waiting(services: Services) -> None:
    """Issue 8: pieces of photos are counted apart from pushes."""
    gate = Gate(rate=0.001, burst=2, connections=4, threads=40)
    phone = PullingDevice(api_with(services, gate))
    seen = [request(phone, "PUT /sync/v1/blobs/{sha256}") for _ in range(3)]

    assert seen == [(404, "blob-not-named"), (404, "blob-not-named"), (429, "rate-limited")]
    push = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": []}
    assert phone.ask("POST", "push", json=push).status_code == 200


def test_whoever_waits_for_the_views_keeps_no_place(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8: a request that waits for views that are behind lets others in meanwhile."""
    assert services.views.resting == services.gate.resting
    gate = Gate(rate=0, burst=1, connections=1, threads=40)
    api = api_with(services, gate)
    phone = PullingDevice(api)
    inside: list[tuple[int, int]] = []
    admission, wakeups = gate._admission, services.views.wakeups

    def wait(*_: Any) -> bool:
        inside.append((admission._pushes.inside, admission._pulls.inside))
        return False

    monkeypatch.setattr(wakeups, "wait", wait)
    for route in ("GET /sync/v1/blobs/{sha256}", "PUT /sync/v1/blobs/{sha256}", "POST /sync/v1/verify"):
        request(phone, route)
    assert phone.ask("GET", "pull").status_code == 200

    assert len(inside) >= 3
    assert set(inside) == {(0, 0)}
    assert (admission._pushes.inside, admission._pulls.inside) == (0, 0)

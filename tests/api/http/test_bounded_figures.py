"""The rules of figures that nobody can inflate, and of who may read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.http.services import Services
from tests.api.conftest import ApiClient

TOKEN = "a-token-of-more-than-twenty"


def client(services: Services, **settings: Any) -> FlaskClient:
    made: Any = services.settings
    return create_app(replace(services, settings=replace(made, **settings))).test_client()


def series(api: ApiClient) -> int:
    text = api.client.get("/metrics").get_data(as_text=True)
    return sum(1 for line in text.splitlines() if not line.startswith("#"))


def test_invented_methods_and_paths_make_no_new_series(api: ApiClient) -> None:
    """Issue 8, 27: 3,000 invented methods made 4 MB of figures."""
    for method in ("BREW", "DELETE"):
        api.client.open("/api/v1/parts", method=method)
        api.client.open("/nowhere", method=method)
    series(api)  # the look itself is counted too
    before = series(api)

    for number in range(3000):
        api.client.open(f"/nowhere/{number}" if number % 2 else "/api/v1/parts", method=f"BREW{number}")

    assert series(api) == before


@pytest.mark.parametrize(
    ("settings", "peer", "headers", "status"),
    [
        ({"metrics": "loopback"}, "127.0.0.1", {}, 200),
        ({"metrics": "loopback"}, "::1", {}, 200),
        ({"metrics": "loopback"}, "192.0.2.7", {}, 404),
        ({"metrics": "loopback"}, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"metrics": "loopback"}, "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ({"metrics": "loopback"}, "127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ({"metrics": "off"}, "127.0.0.1", {}, 404),
        ({"metrics": "off"}, "127.0.0.1", {"Authorization": "Bearer "}, 404),
        ({"metrics": "open"}, "192.0.2.7", {}, 200),
        ({"metrics": "off", "metrics_token": TOKEN}, "192.0.2.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ({"metrics": "off", "metrics_token": TOKEN}, "192.0.2.7", {"Authorization": f"Bearer {TOKEN}x"}, 404),
        ({"metrics": "off", "metrics_token": TOKEN}, "127.0.0.1", {}, 404),
    ],
)
def test_figures_are_read_by_those_whom_the_settings_let(
    services: Services, settings: dict[str, Any], peer: str, headers: dict[str, str], status: int
) -> None:
    """Issue 8, 27: `/metrics` is open only where a setting says so."""
    reply = client(services, **settings).get("/metrics", environ_base={"REMOTE_ADDR": peer}, headers=headers)

    assert reply.status_code == status


@pytest.mark.parametrize(
    "path", ["/", "//api//v1//parts", "/api/v1/parts/", "/docs/", "/openapi.json", "/docs", "/static"]
)
def test_no_reply_repeats_the_host_of_the_request(api: ApiClient, path: str) -> None:
    """Issue 8, 27: the Host header is not reflected."""
    for method in ("GET", "POST"):
        reply = api.client.open(path, method=method, headers={"Host": "evil.example"})

        assert "evil" not in str(reply.headers)
        assert "evil" not in reply.get_data(as_text=True)


def test_a_place_is_told_as_a_path(api: ApiClient) -> None:
    """Issue 8, 27: `Location` names no host."""
    body = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
    made = api.post("/api/v1/parts", body, Host="evil.example")

    assert made.status_code == 201
    assert made.headers["Location"].startswith("/api/v1/parts/")


def test_only_requests_for_its_own_names_are_answered_where_these_are_set(services: Services) -> None:
    """Issue 8, 27: with `CALLOUT_HOSTS` a request for another host is refused."""
    served = client(services, hosts=("callout.example", ".works.example"))

    def asked(host: str) -> int:
        return served.get("/health", headers={"Host": host}).status_code

    assert [asked(host) for host in ("callout.example", "callout.example:8443", "a.works.example")] == [200] * 3
    assert [asked(host) for host in ("evil.example", "callout.example.evil.example", "")] == [400] * 3

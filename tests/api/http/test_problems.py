"""The rules of errors: each is a problem document that says what to do, and nothing from inside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError
from werkzeug.test import TestResponse

from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def problem_in(reply: TestResponse) -> dict[str, Any]:
    """The problem document of a reply, which has the form that every one of them has."""
    assert reply.mimetype == "application/problem+json"
    assert reply.json is not None
    document: dict[str, Any] = reply.json
    assert document["status"] == reply.status_code
    assert re.fullmatch("https://callout.example/problems/[a-z-]+", document["type"])
    assert document["title"]
    assert document["detail"]
    return document


def pointers(reply: TestResponse) -> list[str]:
    assert reply.status_code == 400
    return sorted(error["pointer"] for error in problem_in(reply)["errors"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": 5}, "/number"),
        ({"number": ""}, "/number"),
        ({"number": "   "}, "/number"),
        ({"number": "x" * 65}, "/number"),
        ({"number": "a\u0000b"}, "/number"),
        ({"number": None}, "/number"),
        ({"names": []}, "/names"),
        ({"names": "Pumpe"}, "/names"),
        ({"names": [{"language": "de", "text": "Pumpe"}, {"language": "en"}]}, "/names/1/text"),
        ({"names": [5]}, "/names/0"),
        ({"tracking": "colour"}, "/tracking"),
        ({"tracking": ["none"]}, "/tracking"),
        ({"gtins": ["123"]}, "/gtins"),
        ({"id": "1"}, "/id"),
        ({"id": "{0191cb40-11d2-7000-8f00-9d0f6b7c0001}"}, "/id"),
        ({"occurred_at": "2026-01-01"}, "/occurred_at"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "/occurred_at"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"seen": "5"}, "/seen"),
        ({"seen": True}, "/seen"),
        ({"seen": 2**60}, "/seen"),
        ({"colour": "red"}, "/colour"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_what_is_wrong_with_the_input_is_named_by_a_pointer(
    api: ApiClient, change: dict[str, Any], pointer: str
) -> None:
    assert pointers(api.post("/api/v1/parts", PUMP | change)) == [pointer]


def test_everything_that_is_wrong_is_named_at_once(api: ApiClient) -> None:
    assert pointers(api.post("/api/v1/parts", {"number": 1, "x": 2})) == ["/names", "/number", "/x"]


@pytest.mark.parametrize(
    "body", [b"{", b'{"a": NaN}', b"[]", b'"text"', b"null", b"\xff", b'{"number": "\\ud800"}', b"[" * 3000]
)
def test_a_body_that_is_no_json_object_is_refused(api: ApiClient, body: bytes) -> None:
    api.user("admin")
    headers = {"Authorization": f"Bearer {api.tokens['admin']}", "Content-Type": "application/json"}

    assert pointers(api.client.post("/api/v1/parts", data=body, headers=headers)) == [""]


def test_a_body_of_another_kind_is_not_supported(api: ApiClient) -> None:
    api.user("admin")
    headers = {"Authorization": f"Bearer {api.tokens['admin']}"}

    reply = api.client.post("/api/v1/parts", data={"number": "P-1"}, headers=headers)

    assert reply.status_code == 415
    assert problem_in(reply)["type"].endswith("/unsupported-media-type")


def test_a_body_that_is_too_large_is_refused_unread(api: ApiClient) -> None:
    reply = api.post("/api/v1/parts", PUMP | {"unit": "x" * (1024 * 1024)})

    assert reply.status_code == 413
    assert problem_in(reply)["type"].endswith("/too-large")


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/parts/1", "/api/v2/parts", "/api/v1/parts/%00", "/static/x"])
def test_a_path_that_does_not_exist_is_a_problem_too(api: ApiClient, path: str) -> None:
    assert problem_in(api.ask("GET", path))["status"] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/parts", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/sessions", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api: ApiClient, method: str, path: str, allowed: str) -> None:
    reply = api.ask(method, path)

    assert problem_in(reply)["status"] == 405
    assert reply.headers["Allow"] == allowed


def test_a_fault_of_ours_has_an_incident_and_shows_nothing(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("Frau Kastanienbaum, Lindenstraße 7")

    api.user("admin")
    monkeypatch.setattr(api.services.log, "work", broken)

    reply = api.post("/api/v1/parts", PUMP)

    document = problem_in(reply)
    assert document["status"] == 500
    assert document["incident"] == reply.headers["X-Request-Id"]
    assert "Kastanienbaum" not in reply.get_data(as_text=True)
    assert "KeyError" not in reply.get_data(as_text=True)


def test_a_database_that_is_away_is_told_as_such_and_when_to_come_back(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("could not connect to server at 10.0.0.5")

    api.user("admin")
    monkeypatch.setattr(api.services.log, "work", away)

    reply = api.post("/api/v1/parts", PUMP)

    assert reply.status_code == 503
    assert problem_in(reply)["type"].endswith("/overloaded")
    assert reply.headers["Retry-After"] == "1"
    assert "10.0.0.5" not in reply.get_data(as_text=True)


def test_who_has_not_signed_in_is_told_how(api: ApiClient) -> None:
    reply = api.client.post("/api/v1/parts", json=PUMP)

    assert problem_in(reply)["type"].endswith("/not-signed-in")
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_who_may_not_is_told_who_may_before_anything_is_read(api: ApiClient) -> None:
    reply = api.post("/api/v1/parts", {"nonsense": True}, role="agent")

    assert reply.status_code == 403
    assert "stock_keeper" in problem_in(reply)["detail"]


def test_replies_guard_against_foreign_hosts_guessing_and_caching(api: ApiClient) -> None:
    for reply in (api.get("/api/v1/parts"), api.ask("GET", "/nothing"), api.ask("GET", "/docs")):
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in reply.headers

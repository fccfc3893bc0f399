"""The rules of log lines: one a request, with ids and codes, and never a secret or a person's word."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from callout.logging_setup import configure_logging
from tests.api.conftest import PASSWORD, ApiClient


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """What is logged, as it would be written."""
    written = io.StringIO()
    configure_logging("debug", written)
    yield written
    structlog.reset_defaults()


def lines(journal: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in journal.getvalue().splitlines()]


def test_a_request_is_one_line_with_the_route_and_the_ids(api: ApiClient, journal: io.StringIO) -> None:
    user = api.user("agent")
    reply = api.ask("GET", "/api/v1/parts/0191cb40-11d2-7000-8f00-9d0f6b7c0001?at_least=0", role="agent")

    [line] = lines(journal)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/parts/{id}", 404)
    assert (line["user"], line["request"]) == (str(user), reply.headers["X-Request-Id"])
    assert (line["problem"], line["level"]) == ("not-found", "info")
    assert line["ms"] >= 0
    assert line["at"].endswith("Z")


def test_no_line_holds_a_token_a_password_or_a_word_of_a_person(api: ApiClient, journal: io.StringIO) -> None:
    ada = {"login": "kastanienbaum", "name": "Ada Kastanienbaum", "roles": ["agent"], "password": PASSWORD}
    api.post("/api/v1/users", ada)
    api.post("/api/v1/users", ada | {"name": 5})
    api.client.post("/api/v1/sessions", json={"login": "kastanienbaum", "password": "wrong-guess"})
    token = api.client.post("/api/v1/sessions", json={"login": "kastanienbaum", "password": PASSWORD}).json
    api.get("/api/v1/users?login=kastanienbaum")
    api.ask("GET", "/kastanienbaum")
    made = api.post("/api/v1/technicians", {"name": "Kastanienbaum", "zone": "UTC", "language": "de"})
    code = api.post(f"{made.headers['Location']}/enrolments").json

    assert token is not None
    assert code is not None
    written = journal.getvalue()
    assert written.count("\n") == 8
    for secret in ("astanienbaum", PASSWORD, "wrong-guess", token["token"], api.tokens["admin"], code["code"]):
        assert secret not in written


def test_a_fault_is_told_by_its_type_and_place_and_not_by_its_words(
    api: ApiClient, journal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        try:
            raise KeyError("Frau Kastanienbaum")
        except KeyError as error:
            raise ValueError("Lindenstraße 7") from error

    api.user("admin")
    monkeypatch.setattr(api.services.views, "picture", broken)
    reply = api.ask("GET", "/api/v1/parts")

    [line] = lines(journal)
    assert (line["level"], line["status"], line["request"]) == ("error", 500, reply.headers["X-Request-Id"])
    assert [fault["type"] for fault in line["fault"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert line["fault"][0]["at"][-1].startswith("api/http/test_journal.py:")
    assert "Kastanienbaum" not in journal.getvalue()
    assert "Lindenstra" not in journal.getvalue()


def test_machines_that_look_every_few_seconds_leave_no_line(api: ApiClient, journal: io.StringIO) -> None:
    configure_logging("info", journal)

    for path in ("/health", "/ready", "/metrics"):
        api.client.get(path)

    assert journal.getvalue() == ""

"""Issue 8, 3 and 4: control characters reach no table, and errors of the database get the right problem."""

from __future__ import annotations

import re
from traceback import format_exception
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from eventsourcing import persistence
from eventsourcing.persistence import PersistenceError
from structlog.testing import capture_logs

from api.http.policy import POLICY
from commands.running.runner import Runner
from domain.recording.answers import StreamTakenError, UnrecordableError
from store.errors import is_temporary, rename
from store.pool import ConnectionPool
from tests.api.conftest import ApiClient
from tests.support.api_steps import create, customer

PARTS: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
CHARACTERS = ("\x00", "\x08", "\x1b", "\x7f", "\x85", "\x9b")


def places(reply: Any) -> list[str]:
    assert reply.status_code == 400, reply.text
    return [error["pointer"] for error in reply.json["errors"]]


def test_no_body_holds_one(api: ApiClient) -> None:
    for character in CHARACTERS:
        name = [{"language": "de", "text": f"a{character}"}]
        assert places(api.post("/api/v1/parts", PARTS | {"names": name})) == ["/names/0/text"]
        assert places(api.post("/api/v1/parts", PARTS | {"id": character})) == ["/id"]
        assert places(api.post("/api/v1/parts", PARTS | {"tracking": character})) == ["/tracking"]
        assert places(api.post("/api/v1/parts", PARTS | {f"a{character}": 1})) == [""]
        assert places(api.post("/api/v1/sessions", {"login": f"a{character}", "password": "x"})) == ["/login"]


def test_line_ends_and_tabs_are_no_such_characters(api: ApiClient) -> None:
    about = {"channel": "phone", "direction": "in", "started_at": "2026-11-20T12:00:00Z", "customer": customer(api)}
    create(api, "contacts", **about, about="one\r\n\ttwo")
    assert places(api.post("/api/v1/contacts", about | {"about": "\x0b"})) == ["/about"]


def test_no_path_and_no_query_holds_one(api: ApiClient) -> None:
    """`/blobs/%00` was answered 500."""
    for path in sorted({name.partition(" ")[2] for name in POLICY if name.startswith("GET /api/v1/")}):
        known = re.sub("{(id|location|part)}", str(uuid4()), path).replace("{sha256}", "0" * 64)
        known = known.replace("{position}", "1").replace("{name}", "stock")
        for odd, statuses in (("%00", {400, 404}), ("%C2%9B", {400, 404}), ("%ED%A0%BD", {200, 400, 404})):
            broken = re.sub("{[a-z0-9]+}", odd, path)
            assert broken == path or api.ask("GET", broken).status_code in statuses, broken
            for query in ("cursor", "as_of", "known_at", "limit", "status", "topic", "type", odd):
                reply = api.ask("GET", f"{known}?{query}={odd}")
                assert reply.status_code in statuses, (path, query, odd, reply.text)


def test_a_blob_by_nul(api: ApiClient) -> None:
    assert places(api.ask("GET", "/api/v1/blobs/%00")) == ["/sha256"]


def test_no_idempotency_key_holds_one(api: ApiClient) -> None:
    assert places(api.post("/api/v1/parts", PARTS, Idempotency_Key="a\x01")) == ["/Idempotency-Key"]


def test_no_header_is_answered_by_a_fault(api: ApiClient) -> None:
    id = create(api, "parts", **PARTS)
    for header in ("If-Match", "If-None-Match", "Authorization", "Content-Type", "Idempotency-Key"):
        for value in ("\x01", "\x7f", "ÿ" * 50, '"', "W/", "Bearer \x01", "*"):
            named: Any = {header: value}
            for method, path, body in (("GET", f"parts/{id}", None), ("POST", f"parts/{id}/set-cost", {})):
                assert api.ask(method, f"/api/v1/{path}", body=body, **named).status_code < 500, named


def test_the_ends_of_time_can_be_asked_about(api: ApiClient) -> None:
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00"):
        for noun in ("events", "parts", "stock", "cases"):
            for name in ("as_of", "known_at"):
                assert api.get(f"/api/v1/{noun}?{name}={at}").status_code in (200, 400), (noun, name)


def test_the_driver_refuses_nul_in_words_that_can_be_caught(database: str) -> None:
    pool = ConnectionPool(database)
    for text in ("\x00", "\ud83d"):
        with pytest.raises(persistence.DataError):
            pool.execute("SELECT %s", (text,))
    pool.close()


def failing(code: str | None, kind: type[psycopg2.Error]) -> PersistenceError:
    """What the store raises for an error of PostgreSQL with this SQLSTATE."""

    class Failed(kind):  # type: ignore[misc, valid-type]
        @property
        def pgcode(self) -> str | None:
            return code

    cause = Failed("words of somebody")
    error = rename(cause)
    error.__cause__ = cause
    return error


FAILURES: tuple[tuple[str | None, type[psycopg2.Error], int], ...] = (
    (None, psycopg2.OperationalError, 503),
    (None, psycopg2.InterfaceError, 503),
    ("08006", psycopg2.OperationalError, 503),
    ("25006", psycopg2.InternalError, 503),
    ("40001", psycopg2.extensions.TransactionRollbackError, 503),
    ("53100", psycopg2.OperationalError, 503),
    ("53300", psycopg2.OperationalError, 503),
    ("55P03", psycopg2.OperationalError, 503),
    ("57014", psycopg2.extensions.QueryCanceledError, 503),
    ("57P01", psycopg2.OperationalError, 503),
    ("23505", psycopg2.IntegrityError, 503),
    ("22P05", psycopg2.DataError, 422),
    ("22003", psycopg2.DataError, 422),
    ("23514", psycopg2.IntegrityError, 500),
    ("42P01", psycopg2.ProgrammingError, 500),
    ("42501", psycopg2.ProgrammingError, 500),
    ("54000", psycopg2.OperationalError, 500),
    ("XX000", psycopg2.InternalError, 500),
)


def test_only_what_can_pass_by_itself_is_told_as_passing(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.user("admin")
    for code, kind, status in FAILURES:
        error = failing(code, kind)

        def fails(*_: Any, error: PersistenceError = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr(Runner, "known", fails)
        with capture_logs() as lines:
            reply = api.post("/api/v1/parts", PARTS)

        assert (reply.status_code, is_temporary(error)) == (status, status == 503), code
        assert ("Retry-After" in reply.headers) == (status == 503)
        if status != 503:
            assert "words of somebody" not in "".join(format_exception(lines[-1]["exc_info"]))


def test_a_command_whose_streams_are_somebody_elses_is_refused(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise UnrecordableError("taken") from StreamTakenError([uuid4()], [])

    api.user("admin")
    monkeypatch.setattr(Runner, "known", fails)

    assert api.post("/api/v1/parts", PARTS).status_code == 409

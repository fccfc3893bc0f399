"""The rules of a security log that nobody can fill."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from api.http.services import Services
from store.noted import BEYOND, Noted
from store.security_log import MOST_AN_HOUR, MOST_OF_ADDRESS, SecurityLog
from tests.api.conftest import ApiClient


def test_nobody_can_fill_it(services: Services) -> None:
    """Issue 8, 23: an attacker cannot fill the disk: counted are rows, whatever addresses, logins and times."""
    log = SecurityLog(services.log.pool, services.access.secret)
    for number in range(2000):
        log.note(Noted("sign_in.failed", f"198.51.{number // 250}.{number % 250}", f"login{number}"))
    for number in range(500):
        log.note(Noted("sign_in.braked", "192.0.2.1", f"login{number}"))
    for _ in range(3000):
        log.note(Noted("token.refused", "192.0.2.1"))

    counted: dict[str, int] = dict(
        services.log.pool.fetch_all("SELECT kind, count(*) FROM access.security_events GROUP BY kind")
    )
    many: dict[str, int] = dict(
        services.log.pool.fetch_all("SELECT kind, sum(many) FROM access.security_events GROUP BY kind")
    )
    assert counted["sign_in.failed"] == 1001
    assert counted["sign_in.braked"] <= 2 * 6
    assert counted["token.refused"] <= 2
    assert many["sign_in.failed"] == 2000
    assert 1500 <= many["token.refused"] <= 3000


def test_a_flood_of_the_same_costs_few_writes(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 23: what repeats is counted in memory and written when it has doubled."""
    log = SecurityLog(services.log.pool, services.access.secret)
    written: list[Any] = []

    def execute(_: str, params: Any) -> list[Any]:
        written.append(params)
        return [(0,)]

    monkeypatch.setattr(log._pool, "execute", execute)

    for _ in range(100_000):
        log.note(Noted("token.refused", "192.0.2.1"))

    assert len(written) < 60


def test_one_address_or_user_pushes_nobody_else_out(services: Services) -> None:
    """Issue 8, 23: what goes beyond a share says whose it was, and others are noted as ever."""
    log = SecurityLog(services.log.pool, services.access.secret)
    noisy, quiet = uuid4(), uuid4()
    for number in range(MOST_OF_ADDRESS + 150):
        log.note(Noted("sign_in.failed", "192.0.2.1", user=uuid4(), subject=f"s{number}"))
    for number in range(MOST_AN_HOUR + 50):
        log.note(
            Noted("personal_data.read", "192.0.2.1", actor=noisy, user=noisy, subject=f"/api/v1/customers/{number}")
        )
    log.note(Noted("sign_in.failed", "192.0.2.2", "somebody"))
    log.note(Noted("personal_data.read", "192.0.2.1", actor=quiet, user=quiet, subject="/api/v1/customers/1"))

    failed = log.page(limit=1000, kind="sign_in.failed")
    assert [each.login for each in failed if each.address == "192.0.2.2"] == ["somebody"]
    assert len([each for each in failed if each.address == "192.0.2.1"]) == MOST_OF_ADDRESS + 1
    assert sum(each.many for each in failed if each.address == "192.0.2.1") == MOST_OF_ADDRESS + 150
    read = log.page(limit=2000, kind="personal_data.read")
    assert [each.subject for each in read if each.actor == quiet] == ["/api/v1/customers/1"]
    [further] = [each for each in read if each.subject == BEYOND]
    assert (further.actor, further.address) == (noisy, "192.0.2.1")
    assert len([each for each in read if each.actor == noisy]) == MOST_AN_HOUR + 1


def test_what_is_beyond_a_bound_is_counted_in_memory(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 23: from the moment that a kind is over its bound, requests of strangers write next to nothing."""
    log = SecurityLog(services.log.pool, services.access.secret)
    for number in range(MOST_AN_HOUR + 1):
        log.note(Noted("token.refused", f"198.51.{number // 250}.{number % 250}"))
    written: list[Any] = []
    really = log._pool.execute

    def execute(sql: str, params: Any = None) -> list[Any]:
        written.append(params)
        return really(sql, params)

    monkeypatch.setattr(log._pool, "execute", execute)

    for number in range(5000):
        log.note(Noted("token.refused", f"203.0.{number // 250}.{number % 250}", subject=f"s{number}"))

    assert 0 < len(written) < 40


def test_a_stranger_s_invented_ids_make_no_rows(api: ApiClient) -> None:
    """Issue 8, 23: requests with a bad token are one row a route and minute, whatever ids they name."""
    for _ in range(30):
        for path in (f"customers/{uuid4()}", f"users/{uuid4()}/disable"):
            method = "GET" if path.startswith("customers") else "POST"
            refused = api.client.open(f"/api/v1/{path}", method=method, headers={"Authorization": "Bearer forged"})
            assert refused.status_code == 401

    found = api.services.security.page(limit=100, kind="token.refused")
    assert {each.subject for each in found} == {"/api/v1/customers/{id}", "/api/v1/users/{id}/disable"}
    assert len(found) <= 2 * 2  # a minute may end meanwhile


@pytest.mark.parametrize("asked", [{"user": UUID(int=7)}, {"address": "192.0.2.77"}])
def test_whoever_searches_it_reads_an_index(services: Services, asked: dict[str, Any]) -> None:
    """Issue 8, 23: what is asked for by user or address is found without reading the whole log."""
    pool = services.log.pool
    pool.execute("SELECT access.note_security_event('x', '', NULL, NULL, NULL, NULL, 's', 1, 10, 10)")
    plans: list[str] = []

    class Explaining:
        def fetch_all(self, sql: str, params: Any) -> list[Any]:
            with pool.connection() as session, session.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
                session.rollback()
            return []

    explaining: Any = Explaining()
    SecurityLog(explaining, services.access.secret).page(limit=50, kind="sign_in.failed", **asked)

    [plan] = plans
    names = ["security_events_user", "security_events_actor"] if "user" in asked else ["security_events_address"]
    assert all(f"Scan on {name} " in plan or f"using {name} " in plan for name in names), plan
    assert " OR " not in plan

"""The rules of a security log that nobody can fill."""

from __future__ import annotations

from typing import Any

import pytest

from api.services import Services
from store.security_log import Noted, SecurityLog


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
    monkeypatch.setattr(log._pool, "execute", lambda _, params: written.append(params))

    for _ in range(100_000):
        log.note(Noted("token.refused", "192.0.2.1"))

    assert len(written) < 60

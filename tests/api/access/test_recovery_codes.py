"""The rules of recovery codes, for whoever has lost their second factor."""

from __future__ import annotations

import re

import pytest

from api.http.services import Services
from store.enrolment_code import folded
from store.sessions import token_hash
from tests.support.second_factors import Clock, begin, finish, served, with_totp


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in ("api.access.sessions", "api.access.me"):
        monkeypatch.setattr(f"{module}.now", lambda: made.at)
    return made


def test_recovery_codes_have_more_bits_than_can_be_searched(services: Services, clock: Clock) -> None:
    """120 bits each, as they are kept under a hash without salt; those of 60 bits from before stay good."""
    api = served(services)
    user = api.user("agent")
    _, recovery, _ = with_totp(api, clock)
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}", each) for each in recovery)

    older = "SZBC-W7TG-EE75"
    api.services.log.pool.execute(
        "INSERT INTO access.recovery_codes (user_id, code_hash) VALUES (%s, %s)", (str(user), token_hash(folded(older)))
    )
    assert finish(api, begin(api), recovery_code=older).status_code == 201


def test_a_recovery_code_is_good_once_and_new_ones_replace_them(services: Services, clock: Clock) -> None:
    """Issue 8, 22: recovery codes, stored as hashes."""
    api = served(services)
    api.user("agent")
    _, recovery, _ = with_totp(api, clock)
    assert recovery[0] not in str(api.services.log.pool.fetch_all("SELECT r::text FROM access.recovery_codes r"))

    assert finish(api, begin(api), recovery_code=recovery[0].lower()).status_code == 201
    assert finish(api, begin(api), recovery_code=recovery[0]).status_code == 401
    anew = api.post("/api/v1/me/recovery-codes", role="agent").get_json()["recovery_codes"]
    assert finish(api, begin(api), recovery_code=recovery[1]).status_code == 401
    assert finish(api, begin(api), recovery_code=anew[1]).status_code == 201
    assert api.ask("GET", "/api/v1/me/second-factors", role="agent").get_json()["recovery_codes_left"] == 9

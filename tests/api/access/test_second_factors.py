"""The rules of second factors over HTTP: codes of an app, recovery codes, and who must have one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from api.http.services import Services
from store.challenges import TRIES
from store.login_brake import FREE_ATTEMPTS
from store.totp import STEP_SECONDS
from tests.api.conftest import PASSWORD
from tests.support.second_factors import Clock, begin, code, finish, served, with_passkey, with_totp


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in ("api.access.sessions", "api.access.me"):
        monkeypatch.setattr(f"{module}.now", lambda: made.at)
    return made


def test_who_has_an_app_signs_in_with_its_code(services: Services, clock: Clock) -> None:
    """Issue 8, 22: TOTP; the password alone opens nothing."""
    house = served(services)
    house.user("agent")
    secret, recovery, _ = with_totp(house, clock)
    first = begin(house)

    assert (first.status_code, code(first)) == (401, "second-factor-needed")
    assert first.get_json()["methods"] == ["totp", "recovery_code"]
    assert "token" not in first.get_json()
    wrong = finish(house, first, code="000000")
    assert (wrong.status_code, code(wrong)) == (401, "wrong-second-factor")
    done = finish(house, first, code=clock.code(secret))
    assert (done.status_code, done.get_json()["second_factor"]) == (201, "given")
    assert len(set(recovery)) == 10


def test_a_code_is_good_once(services: Services, clock: Clock) -> None:
    """Issue 8, 22: replay of a code is refused, at once too; so is the code that confirmed the app."""
    house = served(services)
    house.user("agent")
    made = house.post("/api/v1/me/totp", {}, role="agent").get_json()
    confirming = clock.code(made["secret"])
    house.post(f"/api/v1/me/totp/{made['id']}/confirm", {"code": confirming}, role="agent")
    assert finish(house, begin(house), code=confirming).status_code == 401

    clock.at += timedelta(seconds=2 * STEP_SECONDS)
    next_code, firsts = clock.code(made["secret"]), [begin(house) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(lambda first: finish(house, first, code=next_code).status_code, firsts))

    assert sorted(codes) == [201, 401, 401, 401]


def test_a_sign_in_has_a_few_tries_and_ends_once_it_is_done(services: Services, clock: Clock) -> None:
    """Issue 8, 22: a pending sign-in cannot be used for guessing, and not twice."""
    house = served(services)
    house.user("agent")
    secret, recovery, _ = with_totp(house, clock)
    first = begin(house)
    codes = [finish(house, first, code="000000").status_code for _ in range(TRIES)]

    assert codes == [401] * TRIES
    assert code(finish(house, first, recovery_code=recovery[0])) == "challenge-not-good"
    house.services.log.pool.execute("DELETE FROM access.login_attempts")
    second = begin(house)
    assert finish(house, second, code=clock.code(secret)).status_code == 201
    assert code(finish(house, second, recovery_code=recovery[0])) == "challenge-not-good"
    house.services.log.pool.execute("DELETE FROM access.login_attempts")
    third = begin(house)
    house.services.log.pool.execute("UPDATE access.challenges SET expires_at = now()")
    assert code(finish(house, third, recovery_code=recovery[0])) == "challenge-not-good"


def test_codes_are_braked_over_all_sign_ins(services: Services, clock: Clock) -> None:
    """Issue 8, 22: whoever knows the password cannot go on guessing with ever new sign-ins."""
    house = served(services)
    house.user("agent")
    with_totp(house, clock)

    codes = [finish(house, begin(house), code="000000").status_code for _ in range(8)]

    assert codes[:5] == [401] * 5
    assert 429 in codes[5:]


def test_a_stolen_session_cannot_guess_codes_from_many_addresses(services: Services, clock: Clock) -> None:
    """Proofs with codes are counted by session, as those with the password are, and keep nobody else out."""
    house = served(services)
    house.user("agent")
    secret, _, _ = with_totp(house, clock)

    def prove(given: str, last: int) -> int:
        headers = {"Authorization": f"Bearer {house.tokens['agent']}"}
        asked = house.app_client().post(
            "/api/v1/sessions/current/prove",
            json={"code": given},
            headers=headers,
            environ_base={"REMOTE_ADDR": f"192.0.2.{last}"},
        )
        return asked.status_code

    codes = [prove("000000", last) for last in range(1, FREE_ATTEMPTS + 3)]

    assert codes == [403] * FREE_ATTEMPTS + [429] * 2
    assert finish(house, begin(house), code=clock.code(secret)).status_code == 201


def test_whoever_began_to_sign_in_before_the_password_changed_begins_again(services: Services, clock: Clock) -> None:
    """A first step with the password before is no first step any more."""
    house = served(services)
    house.user("agent")
    secret, _, _ = with_totp(house, clock)
    begun = begin(house)

    changed = house.post(
        "/api/v1/me/password", {"current": PASSWORD, "password": "plover-quartz-91-meadow"}, role="agent"
    )

    assert changed.status_code == 204, changed.text
    refused = finish(house, begun, code=clock.code(secret))
    assert (refused.status_code, code(refused)) == (401, "challenge-not-good")


def test_where_one_is_required_the_office_sets_it_up_first_and_keeps_the_last(services: Services, clock: Clock) -> None:
    """Issue 8, 22: required by a setting; the last one cannot be dropped; technicians are not asked."""
    house = served(services, "required")
    for role in ("agent", "technician"):
        house.user(role)

    refused = house.ask("GET", "/api/v1/parts", role="agent")
    assert (refused.status_code, code(refused)) == (403, "second-factor-required")
    assert house.ask("GET", "/api/v1/sessions/current", role="technician").status_code == 200
    assert begin(house).get_json()["second_factor"] == "to-be-set-up"
    _, _, first = with_totp(house, clock)
    assert house.ask("GET", "/api/v1/parts", role="agent").status_code == 200
    last = house.post(f"/api/v1/me/second-factors/{first}/remove", role="agent")
    assert (last.status_code, code(last)) == (409, "last-factor")
    with_passkey(house)
    ids = [each["id"] for each in house.ask("GET", "/api/v1/me/second-factors", role="agent").get_json()["items"]]
    with ThreadPoolExecutor(2) as threads:
        token = {"Authorization": f"Bearer {house.tokens['agent']}"}
        both = list(
            threads.map(
                lambda id: house.app_client().post(f"/api/v1/me/second-factors/{id}/remove", headers=token).status_code,
                ids,
            )
        )
    assert sorted(both) == [204, 409]


def test_an_admin_forgets_the_factors_of_somebody_who_has_lost_them(services: Services, clock: Clock) -> None:
    """Issue 8, 22: admin may reset (an event), not their own; it signs out."""
    house = served(services)
    admin, agent = house.user("admin"), house.user("agent")
    with_totp(house, clock)

    assert code(house.post(f"/api/v1/users/{admin}/reset-second-factors")) == "not-yourself"
    assert house.post(f"/api/v1/users/{agent}/reset-second-factors").status_code == 200

    assert house.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert begin(house).status_code == 201
    topics = house.services.log.pool.fetch_all("SELECT topic FROM log.events WHERE stream = %s", (str(agent),))
    assert ("user.second_factors_reset",) in topics


def test_seeds_are_sealed_with_their_users_key(services: Services, clock: Clock) -> None:
    """Issue 8, 22: a copy of the tables without the keys has no seed."""
    house = served(services)
    agent = house.user("agent")
    secret, _, _ = with_totp(house, clock)
    stored = str(house.services.log.pool.fetch_all("SELECT f::text FROM access.second_factors f"))

    assert secret not in stored
    house.services.log.body_mapper.keyring.destroy([agent])
    assert house.services.factors.factors.secrets(agent, "totp") == []


def test_where_they_are_off_nobody_is_asked(services: Services, clock: Clock) -> None:
    """Issue 8, 22: `CALLOUT_SECOND_FACTOR=off`."""
    offered = served(services)
    offered.user("agent")
    with_totp(offered, clock)
    off = served(services, "off")

    assert begin(off).status_code == 201
    off.tokens = offered.tokens
    assert code(off.post("/api/v1/me/totp", {}, role="agent")) == "second-factors-are-off"

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
    api = served(services)
    api.user("agent")
    secret, recovery, _ = with_totp(api, clock)
    first = begin(api)

    assert (first.status_code, code(first)) == (401, "second-factor-needed")
    assert first.get_json()["methods"] == ["totp", "recovery_code"]
    assert "token" not in first.get_json()
    wrong = finish(api, first, code="000000")
    assert (wrong.status_code, code(wrong)) == (401, "wrong-second-factor")
    done = finish(api, first, code=clock.code(secret))
    assert (done.status_code, done.get_json()["second_factor"]) == (201, "given")
    assert len(set(recovery)) == 10


def test_a_code_is_good_once(services: Services, clock: Clock) -> None:
    """Issue 8, 22: replay of a code is refused, at once too; so is the code that confirmed the app."""
    api = served(services)
    api.user("agent")
    made = api.post("/api/v1/me/totp", {}, role="agent").get_json()
    confirming = clock.code(made["secret"])
    api.post(f"/api/v1/me/totp/{made['id']}/confirm", {"code": confirming}, role="agent")
    assert finish(api, begin(api), code=confirming).status_code == 401

    clock.at += timedelta(seconds=2 * STEP_SECONDS)
    next_code, firsts = clock.code(made["secret"]), [begin(api) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(lambda first: finish(api, first, code=next_code).status_code, firsts))

    assert sorted(codes) == [201, 401, 401, 401]


def test_a_sign_in_has_a_few_tries_and_ends_once_it_is_done(services: Services, clock: Clock) -> None:
    """Issue 8, 22: a pending sign-in cannot be used for guessing, and not twice."""
    api = served(services)
    api.user("agent")
    secret, recovery, _ = with_totp(api, clock)
    first = begin(api)
    codes = [finish(api, first, code="000000").status_code for _ in range(TRIES)]

    assert codes == [401] * TRIES
    assert code(finish(api, first, recovery_code=recovery[0])) == "challenge-not-good"
    api.services.log.pool.execute("DELETE FROM access.login_attempts")
    second = begin(api)
    assert finish(api, second, code=clock.code(secret)).status_code == 201
    assert code(finish(api, second, recovery_code=recovery[0])) == "challenge-not-good"
    api.services.log.pool.execute("DELETE FROM access.login_attempts")
    third = begin(api)
    api.services.log.pool.execute("UPDATE access.challenges SET expires_at = now()")
    assert code(finish(api, third, recovery_code=recovery[0])) == "challenge-not-good"


def test_codes_are_braked_over_all_sign_ins(services: Services, clock: Clock) -> None:
    """Issue 8, 22: whoever knows the password cannot go on guessing with ever new sign-ins."""
    api = served(services)
    api.user("agent")
    with_totp(api, clock)

    codes = [finish(api, begin(api), code="000000").status_code for _ in range(8)]

    assert codes[:5] == [401] * 5
    assert 429 in codes[5:]


def test_a_stolen_session_cannot_guess_codes_from_many_addresses(services: Services, clock: Clock) -> None:
    """Proofs with codes are counted by session, as those with the password are, and keep nobody else out."""
    api = served(services)
    api.user("agent")
    secret, _, _ = with_totp(api, clock)

    def prove(given: str, last: int) -> int:
        headers = {"Authorization": f"Bearer {api.tokens['agent']}"}
        asked = api.app_client().post(
            "/api/v1/sessions/current/prove",
            json={"code": given},
            headers=headers,
            environ_base={"REMOTE_ADDR": f"192.0.2.{last}"},
        )
        return asked.status_code

    codes = [prove("000000", last) for last in range(1, FREE_ATTEMPTS + 3)]

    assert codes == [403] * FREE_ATTEMPTS + [429] * 2
    assert finish(api, begin(api), code=clock.code(secret)).status_code == 201


def test_whoever_began_to_sign_in_before_the_password_changed_begins_again(services: Services, clock: Clock) -> None:
    """A first step with the password before is no first step any more."""
    api = served(services)
    api.user("agent")
    secret, _, _ = with_totp(api, clock)
    begun = begin(api)

    changed = api.post(
        "/api/v1/me/password", {"current": PASSWORD, "password": "plover-quartz-91-meadow"}, role="agent"
    )

    assert changed.status_code == 204, changed.text
    refused = finish(api, begun, code=clock.code(secret))
    assert (refused.status_code, code(refused)) == (401, "challenge-not-good")


def test_where_one_is_required_the_office_sets_it_up_first_and_keeps_the_last(services: Services, clock: Clock) -> None:
    """Issue 8, 22: required by a setting; the last one cannot be dropped; technicians are not asked."""
    api = served(services, "required")
    for role in ("agent", "technician"):
        api.user(role)

    refused = api.ask("GET", "/api/v1/parts", role="agent")
    assert (refused.status_code, code(refused)) == (403, "second-factor-required")
    assert api.ask("GET", "/api/v1/sessions/current", role="technician").status_code == 200
    assert begin(api).get_json()["second_factor"] == "to-be-set-up"
    _, _, first = with_totp(api, clock)
    assert api.ask("GET", "/api/v1/parts", role="agent").status_code == 200
    last = api.post(f"/api/v1/me/second-factors/{first}/remove", role="agent")
    assert (last.status_code, code(last)) == (409, "last-factor")
    with_passkey(api)
    ids = [each["id"] for each in api.ask("GET", "/api/v1/me/second-factors", role="agent").get_json()["items"]]
    with ThreadPoolExecutor(2) as threads:
        token = {"Authorization": f"Bearer {api.tokens['agent']}"}
        both = list(
            threads.map(
                lambda id: api.app_client().post(f"/api/v1/me/second-factors/{id}/remove", headers=token).status_code,
                ids,
            )
        )
    assert sorted(both) == [204, 409]


def test_an_admin_forgets_the_factors_of_somebody_who_has_lost_them(services: Services, clock: Clock) -> None:
    """Issue 8, 22: admin may reset (an event), not their own; it signs out."""
    api = served(services)
    admin, agent = api.user("admin"), api.user("agent")
    with_totp(api, clock)

    assert code(api.post(f"/api/v1/users/{admin}/reset-second-factors")) == "not-yourself"
    assert api.post(f"/api/v1/users/{agent}/reset-second-factors").status_code == 200

    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert begin(api).status_code == 201
    topics = api.services.log.pool.fetch_all("SELECT topic FROM log.events WHERE stream = %s", (str(agent),))
    assert ("user.second_factors_reset",) in topics


def test_seeds_are_sealed_with_their_users_key(services: Services, clock: Clock) -> None:
    """Issue 8, 22: a copy of the tables without the keys has no seed."""
    api = served(services)
    agent = api.user("agent")
    secret, _, _ = with_totp(api, clock)
    stored = str(api.services.log.pool.fetch_all("SELECT f::text FROM access.second_factors f"))

    assert secret not in stored
    api.services.log.body_mapper.keyring.destroy([agent])
    assert api.services.factors.factors.secrets(agent, "totp") == []


def test_where_they_are_off_nobody_is_asked(services: Services, clock: Clock) -> None:
    """Issue 8, 22: `CALLOUT_SECOND_FACTOR=off`."""
    offered = served(services)
    offered.user("agent")
    with_totp(offered, clock)
    off = served(services, "off")

    assert begin(off).status_code == 201
    off.tokens = offered.tokens
    assert code(off.post("/api/v1/me/totp", {}, role="agent")) == "second-factors-are-off"

"""The rules of second factors over HTTP: codes of an app, passkeys, recovery codes, and who must have one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pyotp import TOTP
from werkzeug.test import TestResponse

from api.app import create_app
from api.services import Services
from domain.instant import now
from store.challenges import TRIES
from store.factor_desk import FactorDesk
from store.totp import STEP_SECONDS
from tests.api.conftest import PASSWORD, House
from tests.support.authenticator import Authenticator

ORIGIN, SITE = "https://callout.example", "callout.example"


def served(services: Services, mode: str = "offered", origin: str = ORIGIN) -> House:
    log, settings = services.log, services.settings
    desk = FactorDesk(log.pool, log.body_mapper.keyring, mode=mode, origin=origin)
    changed: Any = settings
    made = replace(services, factors=desk, settings=replace(changed, second_factor=mode, origin=origin))
    return House(made, create_app(made).test_client())


class Clock:
    """The instant at which codes are made and looked at; it moves when a test says so."""

    def __init__(self) -> None:
        self.at = now()

    def code(self, secret: str, steps: int = 0) -> str:
        return TOTP(secret).at(self.at + timedelta(seconds=steps * STEP_SECONDS))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in ("api.sessions", "api.me"):
        monkeypatch.setattr(f"{module}.now", lambda: made.at)
    return made


def code(reply: TestResponse) -> str:
    return str(reply.get_json()["type"]).rpartition("/")[2]


def begin(house: House, login: str = "agent") -> TestResponse:
    return house.app_client().post("/api/v1/sessions", json={"login": login, "password": PASSWORD})


def finish(house: House, first: TestResponse, **given: Any) -> TestResponse:
    body = {"pending": first.get_json()["pending"], **given}
    return house.app_client().post("/api/v1/sessions/second-factor", json=body)


def with_totp(house: House, clock: Clock, role: Any = "agent") -> tuple[str, list[str], str]:
    """A user with an app: its seed, the recovery codes, the factor's id."""
    made = house.post("/api/v1/me/totp", {"name": "Phone"}, role=role).get_json()
    body = {"code": clock.code(made["secret"], -1)}
    confirmed = house.post(f"/api/v1/me/totp/{made['id']}/confirm", body, role=role)
    assert confirmed.status_code == 200, confirmed.text
    return made["secret"], confirmed.get_json()["recovery_codes"], made["id"]


def with_passkey(house: House, role: Any = "agent", **kind: Any) -> Authenticator:
    asked = house.post("/api/v1/me/passkeys/challenge", role=role).get_json()
    made = Authenticator(kind.pop("origin", ORIGIN), kind.pop("site", SITE), **kind)
    body = {"pending": asked["pending"], "name": "Key", "passkey": made.make(asked["passkey"])}
    added = house.post("/api/v1/me/passkeys", body, role=role)
    assert added.status_code == 201, added.text
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


def test_a_recovery_code_is_good_once_and_new_ones_replace_them(services: Services, clock: Clock) -> None:
    """Issue 8, 22: recovery codes, stored as hashes."""
    house = served(services)
    house.user("agent")
    _, recovery, _ = with_totp(house, clock)
    assert recovery[0] not in str(house.services.log.pool.fetch_all("SELECT r::text FROM access.recovery_codes r"))

    assert finish(house, begin(house), recovery_code=recovery[0].lower()).status_code == 201
    assert finish(house, begin(house), recovery_code=recovery[0]).status_code == 401
    anew = house.post("/api/v1/me/recovery-codes", role="agent").get_json()["recovery_codes"]
    assert finish(house, begin(house), recovery_code=recovery[1]).status_code == 401
    assert finish(house, begin(house), recovery_code=anew[1]).status_code == 201
    assert house.ask("GET", "/api/v1/me/second-factors", role="agent").get_json()["recovery_codes_left"] == 9


@pytest.mark.parametrize("counts", [True, False])
def test_who_has_a_passkey_signs_in_with_it(services: Services, *, counts: bool) -> None:
    """Issue 8, 22: passkeys, with authenticators that count and those that do not."""
    house = served(services)
    house.user("agent")
    key = with_passkey(house, counts=counts)

    for _ in range(2):
        first = begin(house)
        assert first.get_json()["methods"] == ["passkey", "recovery_code"]
        signed = key.sign(first.get_json()["passkey"])
        assert finish(house, first, passkey=signed).status_code == 201
        assert finish(house, first, passkey=signed).status_code == 401
        assert finish(house, begin(house), passkey=signed).status_code == 401


def test_a_passkey_of_another_site_device_or_user_opens_nothing(services: Services) -> None:
    """Issue 8, 22: origin and site come from the setting, never from the request; a copy is noticed by its counter."""
    house = served(services)
    for role in ("agent", "dispatcher"):
        house.user(role)
    key, others = with_passkey(house), with_passkey(house, "dispatcher")

    def opens(answer: Any) -> int:
        first = begin(house)
        signed = answer(first.get_json()["passkey"])
        client = house.app_client()
        body = {"pending": first.get_json()["pending"], "passkey": signed}
        return client.post("/api/v1/sessions/second-factor", json=body, headers={"Host": "evil.example"}).status_code

    phished = replace(key, origin="https://evil.example")
    elsewhere = replace(key, site="evil.example")
    forged = replace(others, credential=key.credential)
    copy = replace(key)
    assert [opens(each.sign) for each in (phished, elsewhere, others, forged)] == [401] * 4
    assert opens(lambda _: {"id": 1}) == 401
    assert opens(lambda _: {"id": "AAAA", "response": {}}) == 401
    assert opens(key.sign) == 201
    assert opens(copy.sign) == 401


def test_a_passkey_is_made_for_this_site_and_once(services: Services) -> None:
    """Issue 8, 22: enrolment checks origin and challenge too."""
    house = served(services)
    house.user("agent")
    asked = house.post("/api/v1/me/passkeys/challenge", role="agent").get_json()
    made = Authenticator("https://evil.example", SITE).make(asked["passkey"])
    refused = house.post("/api/v1/me/passkeys", {"pending": asked["pending"], "passkey": made}, role="agent")

    assert (refused.status_code, code(refused)) == (400, "passkey-not-good")
    good = Authenticator(ORIGIN, SITE)
    reused = house.post(
        "/api/v1/me/passkeys", {"pending": asked["pending"], "passkey": good.make(asked["passkey"])}, role="agent"
    )
    assert code(reused) == "challenge-not-good"
    assert code(served(services, origin="").post("/api/v1/me/passkeys/challenge", role="dispatcher")) == (
        "passkeys-not-set-up"
    )


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


def test_a_second_factor_proves_anew_who_it_is(services: Services) -> None:
    """Issue 8, 22: asking again takes a passkey or a code in the place of the password; enrolment asks too."""
    house = served(services)
    house.user("agent")
    key = with_passkey(house)
    pool = house.services.log.pool
    pool.execute("UPDATE access.sessions SET proven_at = now() - interval '1 hour'")

    refused = house.post("/api/v1/me/totp", {}, role="agent")
    assert code(refused) == "reauthentication-required"
    assert refused.get_json()["methods"] == ["password", "passkey", "recovery_code"]
    asked = house.post("/api/v1/sessions/current/challenge", role="agent").get_json()
    signed = {"pending": asked["pending"], "passkey": key.sign(asked["passkey"])}
    assert house.post("/api/v1/sessions/current/prove", signed, role="agent").status_code == 204
    assert house.post("/api/v1/me/totp", {}, role="agent").status_code == 201
    assert house.post("/api/v1/sessions/current/prove", signed, role="agent").status_code == 401


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

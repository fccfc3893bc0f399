"""The rules of passkeys over HTTP: for this site alone, once for each challenge, and for proving anew who one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from api.http.services import Services
from tests.support.authenticator import Authenticator
from tests.support.second_factors import ORIGIN, SITE, begin, code, finish, served, with_passkey


@pytest.mark.parametrize("counts", [True, False])
def test_who_has_a_passkey_signs_in_with_it(services: Services, *, counts: bool) -> None:
    """Issue 8, 22: passkeys, with authenticators that count and those that do not."""
    api = served(services)
    api.user("agent")
    key = with_passkey(api, counts=counts)

    for _ in range(2):
        first = begin(api)
        assert first.get_json()["methods"] == ["passkey", "recovery_code"]
        signed = key.sign(first.get_json()["passkey"])
        assert finish(api, first, passkey=signed).status_code == 201
        assert finish(api, first, passkey=signed).status_code == 401
        assert finish(api, begin(api), passkey=signed).status_code == 401


def test_a_passkey_of_another_site_device_or_user_opens_nothing(services: Services) -> None:
    """Issue 8, 22: origin and site come from the setting, never from the request; a copy is noticed by its counter."""
    api = served(services)
    for role in ("agent", "dispatcher"):
        api.user(role)
    key, others = with_passkey(api), with_passkey(api, "dispatcher")

    def opens(answer: Any) -> int:
        first = begin(api)
        signed = answer(first.get_json()["passkey"])
        client = api.app_client()
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
    api = served(services)
    api.user("agent")
    asked = api.post("/api/v1/me/passkeys/challenge", role="agent").get_json()
    made = Authenticator("https://evil.example", SITE).make(asked["passkey"])
    refused = api.post("/api/v1/me/passkeys", {"pending": asked["pending"], "passkey": made}, role="agent")

    assert (refused.status_code, code(refused)) == (400, "passkey-not-good")
    good = Authenticator(ORIGIN, SITE)
    reused = api.post(
        "/api/v1/me/passkeys", {"pending": asked["pending"], "passkey": good.make(asked["passkey"])}, role="agent"
    )
    assert code(reused) == "challenge-not-good"
    assert code(served(services, origin="").post("/api/v1/me/passkeys/challenge", role="dispatcher")) == (
        "passkeys-not-set-up"
    )


def test_a_second_factor_proves_anew_who_it_is(services: Services) -> None:
    """Issue 8, 22: asking again takes a passkey or a code in the place of the password; enrolment asks too."""
    api = served(services)
    api.user("agent")
    key = with_passkey(api)
    pool = api.services.log.pool
    pool.execute("UPDATE access.sessions SET proven_at = now() - interval '1 hour'")

    refused = api.post("/api/v1/me/totp", {}, role="agent")
    assert code(refused) == "reauthentication-required"
    assert refused.get_json()["methods"] == ["password", "passkey", "recovery_code"]
    asked = api.post("/api/v1/sessions/current/challenge", role="agent").get_json()
    signed = {"pending": asked["pending"], "passkey": key.sign(asked["passkey"])}
    assert api.post("/api/v1/sessions/current/prove", signed, role="agent").status_code == 204
    assert api.post("/api/v1/me/totp", {}, role="agent").status_code == 201
    assert api.post("/api/v1/sessions/current/prove", signed, role="agent").status_code == 401


@pytest.mark.parametrize("fault", [UnsupportedAlgorithm("an unknown curve"), InvalidSignature(), RecursionError()])
def test_whatever_the_library_says_of_a_passkey_is_no_fault_of_ours(
    services: Services, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Issue 8, 22: errors beneath the library, of keys and curves that it does not know, were answered 500."""
    api = served(services)
    api.user("agent")
    key = with_passkey(api)

    def fails(**_: Any) -> Any:
        raise fault

    monkeypatch.setattr("store.passkeys.verify_authentication_response", fails)
    monkeypatch.setattr("store.passkeys.verify_registration_response", fails)
    first = begin(api)
    assert finish(api, first, passkey=key.sign(first.get_json()["passkey"])).status_code == 401
    asked = api.post("/api/v1/me/passkeys/challenge", role="agent").get_json()
    body = {"pending": asked["pending"], "passkey": Authenticator(ORIGIN, SITE).make(asked["passkey"])}
    refused = api.post("/api/v1/me/passkeys", body, role="agent")
    assert (refused.status_code, code(refused)) == (400, "passkey-not-good")

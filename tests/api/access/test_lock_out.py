"""Limits on guessing passwords: failures with a known login lock nobody out, and many clients make nobody wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.services import Services
from store.login_brake import ADDRESS_BURST, FREE_ATTEMPTS
from tests.api.conftest import PASSWORD, ApiClient

OWNER, ATTACKER = "192.0.2.1", "198.51.100.7"


def attempt(
    client: FlaskClient, password: str, address: str = ATTACKER, login: str = "agent", **more: Any
) -> TestResponse:
    body = {"login": login, "password": password}
    if known := more.pop("known_device", None):
        body["known_device"] = known
    return client.post("/api/v1/sessions", json=body, environ_base={"REMOTE_ADDR": address}, **more)


def test_whoever_knows_a_login_does_not_keep_its_owner_out(api: ApiClient) -> None:
    """Issue 8, 21: an attacker's 3 attempts refused the owner 67 of 67 times."""
    api.user("agent")
    refused, attacker = [0, 0], api.app_client()
    for _ in range(20):
        for _ in range(3):
            refused[0] += attempt(attacker, "wrong").status_code == 429
        refused[1] += attempt(api.app_client(), PASSWORD, OWNER).status_code != 201

    assert refused[0] > 40
    assert refused[1] == 0


def test_a_device_that_has_signed_in_before_comes_in_from_the_attackers_own_address(api: ApiClient) -> None:
    """Issue 8, 21: behind one address, or a proxy that nobody has set, the owner is known by the device."""
    api.user("agent")
    first = attempt(api.app_client(), PASSWORD, ATTACKER)
    known = first.get_json()["known_device"]
    stranger, owner = api.app_client(), api.app_client()
    refused = 0
    for _ in range(2 * ADDRESS_BURST):
        attempt(stranger, "wrong")
    for _ in range(10):
        attempt(stranger, "wrong")
        refused += attempt(owner, PASSWORD, known_device=known).status_code != 201

    assert refused == 0
    assert attempt(stranger, PASSWORD, known_device=known[:-2] + "xx").status_code == 429
    assert attempt(stranger, PASSWORD, login="nobody", known_device=known).status_code == 429


def test_a_browser_is_known_by_a_cookie_that_scripts_cannot_read(api: ApiClient) -> None:
    """Issue 8, 21: the cookie opens nothing and goes to the sessions alone."""
    api.user("agent")
    cookie = attempt(api.client, PASSWORD).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/api/v1/sessions"} <= set(cookie.split("; "))
    for _ in range(2 * ADDRESS_BURST):
        attempt(api.app_client(), "wrong")
    assert attempt(api.client, PASSWORD).status_code == 201


def test_in_production_the_cookie_is_this_hosts_alone(services: Services) -> None:
    """Its prefix makes browsers refuse it from other hosts and without TLS."""
    settings: Any = services.settings
    made = replace(services, settings=replace(settings, production=True))
    api = ApiClient(made, create_app(made).test_client())
    api.user("agent")
    document = api.client.post("/api/v1/sessions", json={"login": "agent", "password": PASSWORD}, base_url="https://a")
    cookie = set(document.headers["Set-Cookie"].split("; "))

    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= cookie
    assert any(each.startswith("__Host-callout_known=") for each in cookie)
    assert not any(each.startswith("Domain") for each in cookie)


def test_an_address_has_so_many_failures_with_whatever_logins(api: ApiClient) -> None:
    """Issue 8, 21: trying many logins is braked before anything is hashed."""
    logins = [f"nobody-{number}" for number in range(ADDRESS_BURST + 5)]
    codes = [attempt(api.client, "wrong", login=login).status_code for login in logins]

    assert codes == [401] * ADDRESS_BURST + [429] * 5


def test_what_was_right_counts_for_nothing(api: ApiClient) -> None:
    api.user("agent")

    assert {attempt(api.app_client(), PASSWORD).status_code for _ in range(ADDRESS_BURST + 5)} == {201}


def test_a_stolen_device_is_braked_as_an_address_is(api: ApiClient) -> None:
    api.user("agent")
    known = attempt(api.client, PASSWORD).get_json()["known_device"]

    codes = [attempt(api.client, "wrong", known_device=known).status_code for _ in range(FREE_ATTEMPTS + 1)]

    assert codes == [401] * FREE_ATTEMPTS + [429]


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "nonsense", "unknown"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_an_address_is_taken_from_a_header_only_as_far_as_a_setting_says(
    api: ApiClient, proxies: int, header: str, address: str
) -> None:
    """Issue 8, 21: `X-Forwarded-For` is what anybody may write."""
    api.user("agent")
    settings: Any = api.services.settings
    served = create_app(replace(api.services, settings=replace(settings, proxies=proxies)))

    reply = attempt(served.test_client(), PASSWORD, OWNER, headers={"X-Forwarded-For": header})

    token = {"Authorization": f"Bearer {reply.get_json()['token']}"}
    listed = served.test_client().get("/api/v1/sessions", headers=token).get_json()["items"]
    [current] = [each for each in listed if each["current"]]
    assert current["address"] == address


def test_whoever_is_braked_costs_no_hashing(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 21: addresses are braked before anything is hashed; an attempt takes one hash at most."""
    api = ApiClient(services, create_app(services).test_client())
    hashed: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> Any:
        hashed.append(str(password))
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)

    for number in range(ADDRESS_BURST * 2):
        attempt(api.client, "wrong", login=f"nobody-{number}")

    assert len(hashed) == ADDRESS_BURST

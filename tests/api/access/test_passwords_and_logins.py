"""The rules of passwords and logins over HTTP: common ones, look-alikes, and other forms of the same."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher

from tests.api.conftest import PASSWORD, ApiClient

ANOTHER = "another one entirely"
NOWHERE = "0191cb40-11d2-7000-8f00-9d0f6b7c0009"


def sign_in(api: ApiClient, password: str = PASSWORD, login: str = "agent") -> Any:
    return api.app_client().post("/api/v1/sessions", json={"login": login, "password": password})


def as_of(api: ApiClient, token: str, method: str, path: str, body: Any = None) -> Any:
    return api.client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})


def code(reply: Any) -> str:
    return str(reply.json["type"]).rpartition("/")[2]


def ages(api: ApiClient, column: str, minutes: int) -> None:
    api.services.log.pool.execute(
        f"UPDATE access.sessions SET {column} = {column} - %s * interval '1 minute'",  # noqa: S608 - a name of ours
        (minutes,),
    )


def test_a_login_that_looks_like_somebody_elses_is_refused_and_old_ones_stay(api: ApiClient) -> None:
    """Issue 8, 22: look-alikes of logins that were claimed before anybody compared are refused too."""
    api.user("agent")
    twin = {"login": "аgent", "name": "A", "roles": ["agent"], "password": ANOTHER}  # noqa: RUF001 - Cyrillic
    pool = api.services.log.pool

    for before in ("SELECT 1", "UPDATE access.passwords SET skeleton = NULL"):
        pool.execute(before)
        refused = api.post("/api/v1/users", twin)
        assert (refused.status_code, code(refused)) == (409, "looks-like-another")
    pool.execute("UPDATE access.passwords SET login = %s WHERE login = 'agent'", (normalize("NFD", "rené"),))
    assert sign_in(api, login=normalize("NFC", "René")).status_code == 401
    assert sign_in(api, login=normalize("NFD", "René")).status_code == 201


def test_a_password_of_another_form_opens_and_is_stored_anew(api: ApiClient) -> None:
    """Issue 8, 22: old hashes of passwords as they came."""
    api.user("agent")
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    spelled = normalize("NFD", "cafés in Köln sind offen")
    api.services.log.pool.execute("UPDATE access.passwords SET hash = %s", (cheap.hash(spelled),))

    assert sign_in(api, normalize("NFC", spelled)).status_code == 201
    [(stored,)] = api.services.log.pool.fetch_all("SELECT hash FROM access.passwords")
    assert cheap.verify(stored, normalize("NFC", spelled))


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/me/password"])
def test_a_common_password_is_refused_wherever_one_is_set(api: ApiClient, path: str) -> None:
    """Issue 8, 22: common passwords, and those made of the own name."""
    api.user("admin")
    body = {"login": "eve", "name": "Eve Lindqvist", "roles": ["agent"], "current": PASSWORD}
    asked = {name: body[name] for name in (("current",) if path.endswith("password") else ("login", "name", "roles"))}

    refused = api.post(path, asked | {"password": "qwertyuiop"})

    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["pointer"] == "/password"

"""The rules of signing in and out over HTTP."""

from __future__ import annotations

import pytest

from store.login_brake import FREE_ATTEMPTS
from tests.api.conftest import PASSWORD, ApiClient


def test_who_signs_in_gets_a_token_and_is_told_who_they_are(api: ApiClient) -> None:
    user = api.user("agent")
    api.catch_up()

    reply = api.client.post("/api/v1/sessions", json={"login": "Agent", "password": PASSWORD})

    assert reply.status_code == 201
    assert reply.json is not None
    assert reply.json["expires_in"] == 12 * 3600
    assert reply.json["user"] == {"id": str(user), "name": "The agent", "roles": ["agent"]}
    headers = {"Authorization": f"Bearer {reply.json['token']}"}
    current = api.client.get("/api/v1/sessions/current", headers=headers)
    assert current.json == reply.json["user"]


def test_who_signs_out_is_out(api: ApiClient) -> None:
    api.user("agent")

    ended = api.post("/api/v1/sessions/current/end", role="agent")

    assert (ended.status_code, ended.get_data()) == (204, b"")
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401


@pytest.mark.parametrize("login", ["agent", "nobody"])
def test_a_wrong_password_tells_nothing_and_soon_has_to_wait(api: ApiClient, login: str) -> None:
    api.user("agent")
    replies = [
        api.client.post("/api/v1/sessions", json={"login": login, "password": "wrong"})
        for _ in range(FREE_ATTEMPTS + 1)
    ]

    assert [reply.status_code for reply in replies] == [401] * FREE_ATTEMPTS + [429]
    assert replies[0].json is not None
    assert replies[0].json["type"].endswith("/wrong-login")
    assert int(replies[-1].headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "body", [{}, {"login": "a"}, {"login": 1, "password": PASSWORD}, {"login": "a", "password": "\0"}]
)
def test_a_login_that_cannot_be_one_is_bad_input(api: ApiClient, body: dict[str, object]) -> None:
    assert api.client.post("/api/v1/sessions", json=body).status_code == 400

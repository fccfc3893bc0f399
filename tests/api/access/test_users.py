"""The rules of users over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import PASSWORD, ApiClient

ADA: dict[str, Any] = {"login": "ada", "name": "Ada Nowak", "roles": ["agent"], "password": PASSWORD}


def sign_in(api: ApiClient, login: str, password: str) -> int:
    return api.client.post("/api/v1/sessions", json={"login": login, "password": password}).status_code


def test_a_new_user_can_sign_in_and_be_read(api: ApiClient) -> None:
    made = api.post("/api/v1/users", ADA | {"login": " Ada "})

    assert made.status_code == 201
    assert sign_in(api, "ada", PASSWORD) == 201
    read = api.get(made.headers["Location"]).json
    assert read is not None
    assert (read["login"], read["name"], read["roles"], read["enabled"]) == ("ada", "Ada Nowak", ["agent"], True)
    listed = api.get("/api/v1/users?login=ada").json
    assert listed is not None
    assert [item["id"] for item in listed["items"]] == [read["id"]]


def test_two_users_have_two_logins(api: ApiClient) -> None:
    api.post("/api/v1/users", ADA)

    refused = api.post("/api/v1/users", ADA | {"login": "ADA"})

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["type"].endswith("/login-taken")


def test_the_same_request_registers_one_user(api: ApiClient) -> None:
    first = api.post("/api/v1/users", ADA, Idempotency_Key="a")

    assert api.post("/api/v1/users", ADA, Idempotency_Key="a").json == first.json
    assert api.post("/api/v1/users", ADA | {"password": PASSWORD + "!"}, Idempotency_Key="a").status_code == 422
    assert sign_in(api, "ada", PASSWORD) == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"password": "short"}, "/password"),
        ({"password": "Long-Login-Name", "login": "long-login-name"}, "/password"),
        ({"roles": []}, "/roles"),
        ({"roles": ["king"]}, "/roles/0"),
        ({"technician": "0191cb40"}, "/technician"),
    ],
)
def test_what_a_user_cannot_be_is_named(api: ApiClient, change: dict[str, Any], pointer: str) -> None:
    refused = api.post("/api/v1/users", ADA | change)

    assert refused.status_code == 400
    assert refused.json is not None
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_a_user_is_no_technician_that_does_not_exist(api: ApiClient) -> None:
    refused = api.post("/api/v1/users", ADA | {"technician": "0191cb40-11d2-7000-8f00-9d0f6b7c0001"})

    assert refused.status_code == 404
    assert sign_in(api, "ada", PASSWORD) == 401


def test_roles_hold_from_the_next_request_on(api: ApiClient) -> None:
    agent = api.user("agent")
    assert api.ask("GET", "/api/v1/users", role="agent").status_code == 403

    api.post(f"/api/v1/users/{agent}/set-roles", {"roles": ["admin"]})

    assert api.ask("GET", "/api/v1/users", role="agent").status_code == 200


def test_another_password_signs_out_and_is_on_record_without_being_in_it(api: ApiClient) -> None:
    agent = api.user("agent")

    done = api.post(f"/api/v1/users/{agent}/set-password", {"password": "another one entirely"})

    assert done.status_code == 200
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert (sign_in(api, "agent", PASSWORD), sign_in(api, "agent", "another one entirely")) == (401, 201)
    records = str(api.services.log.pool.fetch_all("SELECT record FROM log.events"))
    assert "user.password_changed" in records
    assert "another one" not in records


def test_a_disabled_user_is_out_at_once_and_comes_back_when_enabled(api: ApiClient) -> None:
    agent = api.user("agent")

    api.post(f"/api/v1/users/{agent}/disable")

    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert sign_in(api, "agent", PASSWORD) == 401
    api.post(f"/api/v1/users/{agent}/enable")
    assert sign_in(api, "agent", PASSWORD) == 201


def test_nobody_takes_the_key_out_of_their_own_hand(api: ApiClient) -> None:
    admin = api.user("admin")

    disabled = api.post(f"/api/v1/users/{admin}/disable")
    demoted = api.post(f"/api/v1/users/{admin}/set-roles", {"roles": ["agent"]})
    promoted = api.post(f"/api/v1/users/{admin}/set-roles", {"roles": ["agent", "admin"]})

    assert (disabled.status_code, demoted.status_code, promoted.status_code) == (409, 409, 200)

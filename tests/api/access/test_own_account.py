"""The rules of one's own account over HTTP: the password, the sessions, and proving anew who one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from api.app import create_app
from api.http.sensitive import SENSITIVE
from store.access import Access
from store.login_brake import FREE_ATTEMPTS
from store.passwords import Passwords
from store.sessions import Limits
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


def test_a_user_changes_their_own_password_and_stays_signed_in_here_alone(api: ApiClient) -> None:
    """Issue 8, 22: own password change, which asks for the current one."""
    user = api.user("agent")
    other = sign_in(api).json["token"]
    path = "/api/v1/me/password"

    wrong = api.post(path, {"current": "wrong", "password": ANOTHER}, role="agent")
    weak = api.post(path, {"current": PASSWORD, "password": "password12"}, role="agent")
    done = api.post(path, {"current": PASSWORD, "password": ANOTHER}, role="agent")

    assert (wrong.status_code, code(wrong), weak.status_code, done.status_code) == (403, "wrong-proof", 400, 204)
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 200
    assert as_of(api, other, "GET", "/api/v1/sessions/current").status_code == 401
    assert (sign_in(api).status_code, sign_in(api, ANOTHER).status_code) == (401, 201)
    records = api.services.log.pool.fetch_all(
        "SELECT actor, topic FROM log.events WHERE stream = %s ORDER BY version", (str(user),)
    )
    assert records[-1] == (user, "user.password_changed")


def test_a_stolen_session_cannot_guess_the_password(api: ApiClient) -> None:
    """Issue 8, 22: attempts to prove oneself are counted by session, and keep nobody else out."""
    api.user("agent")
    stolen = sign_in(api).json["token"]
    codes = [
        as_of(api, stolen, "POST", "/api/v1/sessions/current/prove", {"password": "wrong"}).status_code
        for _ in range(FREE_ATTEMPTS + 1)
    ]

    assert codes == [403] * FREE_ATTEMPTS + [429]
    assert api.post("/api/v1/sessions/current/prove", {"password": PASSWORD}, role="agent").status_code == 204


def test_an_admin_makes_a_code_that_resets_a_password_once(api: ApiClient) -> None:
    """Issue 8, 22: reset by a one-time code: shown once, stored as a hash, single use, ends sessions."""
    user = api.user("agent")
    made = api.post(f"/api/v1/users/{user}/reset-code", {}, Idempotency_Key="k")
    again = api.post(f"/api/v1/users/{user}/reset-code", {}, Idempotency_Key="k")
    reset = {"login": "Agent", "code": made.get_json()["code"].lower(), "password": ANOTHER}
    path = "/api/v1/sessions/reset-password"

    assert made.status_code == 201
    assert again.get_json() == made.get_json()
    stored = str(api.services.log.pool.fetch_all("SELECT r::text FROM access.reset_codes r"))
    answers = str(api.services.log.pool.fetch_all("SELECT answer FROM log.operations"))
    assert made.get_json()["code"] not in stored + answers
    assert api.client.post(path, json=reset | {"code": "AAAA-AAAA-AAAA"}).status_code == 401
    assert api.client.post(path, json=reset | {"login": "nobody"}).status_code == 401
    assert api.client.post(path, json=reset | {"password": "password12"}).status_code == 400
    assert api.client.post(path, json=reset).status_code == 204
    assert api.client.post(path, json=reset).status_code == 401
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert sign_in(api, ANOTHER).status_code == 201


def test_a_code_to_reset_expires_and_makes_way_for_a_newer_one(api: ApiClient) -> None:
    """Issue 8, 22: one code a user; another password makes it good for nothing."""
    user = api.user("agent")
    first, second = (api.post(f"/api/v1/users/{user}/reset-code").get_json()["code"] for _ in range(2))
    reset = {"login": "agent", "password": ANOTHER}
    path = "/api/v1/sessions/reset-password"

    assert api.client.post(path, json=reset | {"code": first}).status_code == 401
    api.services.log.pool.execute("UPDATE access.reset_codes SET expires_at = now()")
    assert api.client.post(path, json=reset | {"code": second}).status_code == 401
    third = api.post(f"/api/v1/users/{user}/reset-code").get_json()["code"]
    api.post(f"/api/v1/users/{user}/disable")
    assert api.client.post(path, json=reset | {"code": third}).status_code == 401
    api.post(f"/api/v1/users/{user}/enable")
    api.post(f"/api/v1/users/{user}/set-password", {"password": "yet another phrase"})
    assert api.client.post(path, json=reset | {"code": third}).status_code == 401


def test_a_user_sees_and_ends_their_own_sessions_and_no_others(api: ApiClient) -> None:
    """Issue 8, 22: list of own sessions, sign out one, sign out everywhere."""
    api.user("agent")
    api.user("admin")
    other = sign_in(api).json["token"]
    listed = api.ask("GET", "/api/v1/sessions", role="agent").get_json()["items"]

    assert [each["current"] for each in listed] == [False, True]
    assert api.post(f"/api/v1/sessions/{listed[0]['id']}/end", role="admin").status_code == 404
    assert as_of(api, other, "GET", "/api/v1/sessions/current").status_code == 200
    assert api.post(f"/api/v1/sessions/{listed[0]['id']}/end", role="agent").status_code == 204
    assert as_of(api, other, "GET", "/api/v1/sessions/current").status_code == 401
    assert api.post("/api/v1/sessions/end-all", role="agent").status_code == 204
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    assert api.ask("GET", "/api/v1/sessions/current", role="admin").status_code == 200


def test_a_session_that_is_not_used_is_over_and_so_is_an_old_one(api: ApiClient) -> None:
    """Issue 8, 22: idle timeout, and a longest life however much it is used."""
    api.user("agent")
    limits = api.services.access.sessions.limits
    idle, life = (int(each.total_seconds() // 60) for each in (limits.idle, limits.life))

    ages(api, "seen_at", idle - 1)
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 200
    ages(api, "seen_at", idle - 1)
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 200
    ages(api, "seen_at", idle + 1)
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401
    api.services.log.pool.execute("UPDATE access.sessions SET seen_at = now()")
    ages(api, "expires_at", life)
    assert api.ask("GET", "/api/v1/sessions/current", role="agent").status_code == 401


def test_what_is_sensitive_asks_again_who_it_is(api: ApiClient) -> None:
    """Issue 8, 22: erase, revoke and changes of users need a proof that is not older than some minutes."""
    api.user("admin")
    ages(api, "proven_at", 11)
    routes = [name.partition(" ")[2].replace("{id}", NOWHERE) for name in sorted(SENSITIVE)]
    assert f"/api/v1/customers/{NOWHERE}/erase" in routes
    assert f"/api/v1/devices/{NOWHERE}/revoke" in routes

    for path in routes:
        refused = api.post(path, {})
        assert (refused.status_code, code(refused)) == (403, "reauthentication-required"), path
        assert refused.get_json()["methods"] == ["password"]
    assert api.get("/api/v1/users").status_code == 200
    assert api.post("/api/v1/sessions/current/prove", {"password": PASSWORD}).status_code == 204
    for path in routes:
        assert api.post(path, {}).status_code in (200, 201, 204, 400, 404, 409), path


def test_whoever_runs_the_command_line_is_not_asked_again(api: ApiClient) -> None:
    api.user("admin")
    [(user,)] = api.services.log.pool.fetch_all("SELECT user_id FROM access.passwords WHERE login = 'admin'")
    token = api.services.access.begin_session(UUID(str(user)))
    ages(api, "proven_at", 600)

    assert as_of(api, token, "POST", f"/api/v1/users/{NOWHERE}/disable").status_code == 404


def test_limits_of_sessions_are_settings(api: ApiClient) -> None:
    """Issue 8, 22: another longest life is told and kept."""
    api.user("agent")
    access = Access(api.services.log.pool, Passwords(), Limits(life=Limits().life / 2))

    served = create_app(replace(api.services, access=access)).test_client()
    reply = served.post("/api/v1/sessions", json={"login": "agent", "password": PASSWORD}).get_json()

    assert (reply["expires_in"], reply["idle_in"]) == (6 * 3600, 2 * 3600)

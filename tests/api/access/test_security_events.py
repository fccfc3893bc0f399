"""The rules of the security log: what is in it, what never is, and that nobody can fill it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import PersistenceError

from api.app import create_app
from api.http.policy import POLICY
from api.http.security import DONE, READ
from api.http.services import Services
from store.noted import Noted
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.databases import run
from tests.support.pulling_device import PullingDevice

ANOTHER = "another one entirely"


def events(api: ApiClient, kind: str = "") -> list[dict[str, Any]]:
    query = f"?limit=500{'&kind=' + kind if kind else ''}"
    found = api.ask("GET", f"/api/v1/security-events{query}").get_json()
    return list(found["items"])


def sign_in(api: ApiClient, login: str, password: str = "wrong password", address: str = "192.0.2.1") -> None:
    body = {"login": login, "password": password}
    api.app_client().post("/api/v1/sessions", json=body, environ_base={"REMOTE_ADDR": address})


def test_signing_in_and_failing_to_is_noted_with_login_and_address(api: ApiClient) -> None:
    """Issue 8, 23: failed sign-in with login and address."""
    agent = api.user("agent")
    sign_in(api, "Agent")
    sign_in(api, "stranger@example.com", address="2001:db8::1")
    sign_in(api, "agent", PASSWORD)

    failed = {(each["user"], each["login"], each["address"]) for each in events(api, "sign_in.failed")}
    assert failed == {(str(agent), None, "192.0.2.1"), (None, "stranger@example.com", "2001:db8::/64")}
    [done] = events(api, "sign_in.done")
    assert (done["user"], done["address"], done["many"]) == (str(agent), "192.0.2.1", 1)


def test_no_password_and_no_token_is_ever_in_it(api: ApiClient) -> None:
    """Issue 8, 23: neither the right ones nor the wrong ones, nor text that is no login."""
    api.user("agent")
    for login in ("agent", "nobody", "My secret pass phrase!", "line\nbreak", "x" * 100, "\u202eabc"):
        sign_in(api, login, "hunter2hunter2")
    api.client.get("/api/v1/parts", headers={"Authorization": "Bearer stolen-token-text"})
    api.post("/api/v1/sessions/current/prove", {"password": "wrong-proof-text"}, role="agent")

    stored = str(api.services.log.pool.fetch_all("SELECT e::text FROM access.security_events e"))
    secrets = ("hunter2", "secret pass", "stolen-token", "wrong-proof-text", "break", "xxxx", api.tokens["agent"])
    assert [secret for secret in secrets if secret in stored] == []
    assert {each["kind"] for each in events(api)} >= {"token.refused", "proof.failed", "sign_in.failed"}


def test_what_is_done_to_accounts_is_noted_with_who_did_it(api: ApiClient) -> None:
    """Issue 8, 23: role changes, resets, factors, enrolments."""
    admin, agent = api.user("admin"), api.user("agent")
    for command, body in (
        ("set-roles", {"roles": ["agent", "auditor"]}),
        ("set-password", {"password": ANOTHER}),
        ("reset-code", {}),
        ("reset-second-factors", {}),
        ("disable", {}),
        ("enable", {}),
    ):
        assert api.post(f"/api/v1/users/{agent}/{command}", body).status_code in (200, 201)

    noted = {each["kind"]: each for each in events(api)}
    for kind in ("user.roles_set", "password.set_by_admin", "password.reset_code_issued", "second_factor.reset"):
        assert (noted[kind]["user"], noted[kind]["actor"]) == (str(agent), str(admin))
    assert {"user.disabled", "user.enabled"} <= noted.keys()


def test_what_an_auditor_reads_of_people_is_noted(api: ApiClient) -> None:
    """Issue 8, 23: reads of personal data by an auditor; those of others are ordinary work."""
    auditor, customer = api.user("auditor"), uuid4()
    api.user("agent")
    api.ask("GET", f"/api/v1/customers/{customer}", role="agent")
    api.ask("GET", "/api/v1/customers?limit=5", role="auditor")
    api.get("/api/v1/events/1", role="auditor")
    api.ask("GET", "/api/v1/stock", role="auditor")

    read = {(each["actor"], each["subject"]) for each in events(api, "personal_data.read")}
    assert read == {
        (str(auditor), "/api/v1/customers"),
        (str(auditor), "/api/v1/events/{position} 1"),
    }


def test_refused_devices_are_noted(api: ApiClient) -> None:
    """Issue 8, 23: forged tokens, tokens of a family that has ended, codes and enrolments that are refused."""
    phone = PullingDevice(api)
    pair = api.services.devices.issue_tokens(phone.id, 1, phone.technician)
    for _ in range(2):
        api.client.post("/sync/v1/token", json={"refresh_token": pair.refresh_token})
    api.client.get("/sync/v1/pull", headers={"Authorization": "Bearer forged"})
    body = {"code": "AAAA-AAAA-AAAA", "install_id": "i", "name": "n", "platform": "p", "app_version": "1"}
    api.client.post("/sync/v1/devices", json=body)

    assert {each["kind"] for each in events(api)} >= {"token.reused", "token.refused", "device.enrolment_failed"}


def test_whoever_writes_it_can_change_nothing(api: ApiClient) -> None:
    """Issue 8, 23: the run-time login inserts and reads; only what is old can be forgotten."""
    sign_in(api, "nobody")
    pool = api.services.log.pool
    for statement in (
        "UPDATE access.security_events SET address = ''",
        "DELETE FROM access.security_events",
        "TRUNCATE access.security_events",
        "INSERT INTO access.security_events (key, kind, address, subject) VALUES ('', 'x', '', '')",
    ):
        with pytest.raises(PersistenceError, match="permission denied"):
            pool.execute(statement)
    pool.execute("SELECT access.forget_security_events(interval '0')")
    assert len(events(api, "sign_in.failed")) == 1


def test_it_is_forgotten_after_a_while(api: ApiClient, database: str) -> None:
    """Issue 8, 23: retention by a setting and a job."""
    sign_in(api, "nobody")
    run(database, "UPDATE access.security_events SET at = at - interval '9 days', last_at = at - interval '9 days'")
    sign_in(api, "nobody")

    api.services.log.pool.execute("SELECT access.forget_security_events(interval '8 days')")

    assert len(events(api, "sign_in.failed")) == 1


def test_it_has_pages_and_filters(api: ApiClient) -> None:
    """Issue 8, 23: the latest first, page by page; admins and auditors alone."""
    for number in range(5):
        sign_in(api, f"nobody{number}", address=f"192.0.2.{number}")
    first = api.ask("GET", "/api/v1/security-events?kind=sign_in.failed&limit=3").get_json()
    rest = api.ask("GET", f"/api/v1/security-events?kind=sign_in.failed&cursor={first['next']}").get_json()

    logins = [each["login"] for each in first["items"] + rest["items"]]
    assert logins == [f"nobody{number}" for number in (4, 3, 2, 1, 0)]
    assert rest["next"] is None
    assert len(api.ask("GET", "/api/v1/security-events?address=192.0.2.3").get_json()["items"]) == 1
    assert api.ask("GET", "/api/v1/security-events", role="dispatcher").status_code == 403


def test_a_log_that_cannot_be_written_refuses_nobody(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.user("agent")

    def broken(_: Noted) -> None:
        raise PersistenceError

    monkeypatch.setattr(api.services.security, "note", broken)

    reply = api.client.post("/api/v1/sessions", json={"login": "agent", "password": PASSWORD})
    assert reply.status_code == 201


def test_every_line_of_its_table_is_a_route(services: Services) -> None:
    create_app(services)

    assert set(DONE) <= set(POLICY)
    assert all(any(name.startswith(beginning) for name in POLICY) for beginning in READ)

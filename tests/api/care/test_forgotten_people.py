"""The rules of forgetting employees: users and technicians, with whatever knows their name or login."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from api.http.services import Services
from domain.access.user import User
from projections.catalogue import PROJECTIONS
from projections.engine.rebuild import rebuild
from store.erasure import Erasure
from store.mapper import Body, BodyMapper, Personal
from store.pool import ConnectionPool
from store.shape import shape_of
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.pulling_device import PullingDevice

LOGIN, NAME, PHONE = "kastanienbaum", "Wilhelmine Quittenstein", "Wilhelmines Telefon"
NEW: dict[str, Any] = {"login": LOGIN, "name": NAME, "roles": ["agent"], "password": PASSWORD}


def everything(dsn: str) -> str:
    """All rows of all tables, as text."""
    owner = ConnectionPool(dsn)
    try:
        tables = owner.fetch_all(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"
        )
        found = [owner.fetch_all(f"SELECT t::text FROM {table} t") for (table,) in tables]  # noqa: S608 - the catalogue's
    finally:
        owner.close()
    return str(found)


def sign_in(api: ApiClient, login: str = LOGIN, password: str = PASSWORD) -> Any:
    return api.app_client().post("/api/v1/sessions", json={"login": login, "password": password})


def code(reply: Any) -> str:
    return str(reply.get_json()["type"]).rpartition("/")[2]


def test_nothing_holds_the_name_or_the_login_of_a_user_who_was_erased(
    api: ApiClient, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 8, 24: no view, document, security event, session, login claim, log line or record."""
    sign_in(api)  # before there was such a user
    made = api.post("/api/v1/users", NEW)
    user = made.get_json()["id"]
    token = sign_in(api).get_json()["token"]
    sign_in(api, password="wrong")
    api.post(f"/api/v1/users/{user}/reset-code")
    api.catch_up()
    assert LOGIN in everything(database)
    assert NAME in everything(database)

    erased = api.post(f"/api/v1/users/{user}/erase")
    api.catch_up()
    sign_in(api)  # and afterwards

    assert erased.status_code == 200
    stored = everything(database)
    assert (LOGIN in stored, NAME in stored) == (False, False)
    shown = api.get(f"/api/v1/users/{user}").get_json()
    assert (shown["login"], shown["name"], shown["enabled"], shown["erased"]) == ("", None, False, True)
    data = api.get("/api/v1/events?topic=user.registered").get_json()["items"]
    response = [api.get(f"/api/v1/events/{each['position']}").get_data(as_text=True) for each in data]
    assert not any(LOGIN in text or NAME in text for text in response)
    past = api.get("/api/v1/users?known_at=2&limit=500").get_data(as_text=True)
    assert LOGIN not in past
    current = api.client.get("/api/v1/sessions/current", headers={"Authorization": f"Bearer {token}"})
    assert (current.status_code, sign_in(api).status_code) == (401, 401)
    printed = capsys.readouterr()
    assert LOGIN not in printed.out + printed.err


def test_a_user_is_forgotten_by_somebody_else_and_for_good(api: ApiClient) -> None:
    """Issue 8, 24: not oneself; what was erased is not enabled again, and its login is free."""
    admin = api.user("admin")
    user = api.post("/api/v1/users", NEW).get_json()["id"]
    assert code(api.post(f"/api/v1/users/{admin}/erase")) == "not-yourself"
    assert api.post(f"/api/v1/users/{user}/erase").status_code == 200

    assert api.post(f"/api/v1/users/{user}/erase").status_code == 200
    for command, body in (("enable", {}), ("set-roles", {"roles": ["admin"]}), ("reset-code", {})):
        assert code(api.post(f"/api/v1/users/{user}/{command}", body)) == "user-is-erased", command
    assert api.post("/api/v1/users", NEW).status_code == 201


def test_an_erasure_that_was_cut_off_is_carried_out_by_the_worker(api: ApiClient, database: str) -> None:
    """Issue 8, 24: the event is the promise; whoever follows the log keeps it."""
    user = UUID(api.post("/api/v1/users", NEW).get_json()["id"])
    entity = api.services.log.work().get(User, user)
    entity.erase()
    api.commit(entity)

    Erasure(api.services.log).catch_up()
    api.catch_up()

    assert LOGIN not in everything(database)


def test_nothing_holds_the_name_of_a_technician_who_was_erased(api: ApiClient, database: str) -> None:
    """Issue 8, 24: nor that of the device; the devices are revoked and told to erase themselves."""
    made = api.post("/api/v1/technicians", {"name": NAME}).get_json()["id"]
    issued = api.post(f"/api/v1/technicians/{made}/enrolments").get_json()["code"]
    body = {"code": issued, "install_id": "i-1", "name": PHONE, "platform": "android", "app_version": "1.4"}
    enrolled = api.client.post("/sync/v1/devices", json=body).get_json()
    anna = PullingDevice(api)
    anna.pull()
    api.catch_up()
    before = everything(database)
    assert (NAME in before, PHONE in before) == (True, True)

    erased = api.post(f"/api/v1/technicians/{made}/erase")
    api.catch_up()

    assert erased.status_code == 200, erased.text
    after = everything(database)
    assert (NAME in after, PHONE in after) == (False, False)
    shown = api.get(f"/api/v1/technicians/{made}").get_json()
    assert (shown["name"], shown["active"], shown["erased"]) == (None, False, True)
    pulled = api.client.get("/sync/v1/pull", headers={"Authorization": f"Bearer {enrolled['access_token']}"})
    assert (pulled.status_code, pulled.get_json()["wipe"]) == (403, True)
    assert code(api.post(f"/api/v1/technicians/{made}/change", {"name": NAME})) == "technician-is-erased"
    assert code(api.post(f"/api/v1/technicians/{made}/enrolments")) == "technician-is-deactivated"
    rebuild(api.services.projecting, PROJECTIONS, [each.name for each in PROJECTIONS])
    assert api.get(f"/api/v1/devices/{enrolled['device_id']}").get_json()["name"] is None


def test_only_admins_forget_employees(api: ApiClient) -> None:
    """Issue 8, 24: nobody else may."""
    for path in (f"/api/v1/users/{uuid4()}/erase", f"/api/v1/technicians/{uuid4()}/erase"):
        for role in ("service_manager", "dispatcher", "auditor"):
            assert api.post(path, role=role).status_code == 403


def test_the_plain_login_of_an_older_record_is_shown_until_the_key_is_gone(services: Services) -> None:
    """Issue 8, 24: records from before stay as they are; nothing that reads them shows the login after erasure."""
    user, shape = uuid4(), shape_of(User.Registered)
    key = services.log.body_mapper.keyring.present_keys([user])[user]
    raw = msgspec.Raw(b'{"login":"ada","roles":["agent"]}')
    old = Body(data=raw, schema=1, personal=Personal(user, key.key_id, {}))

    assert BodyMapper.data_of(shape, old, {user: key}).login == "ada"
    assert BodyMapper.data_of(shape, old, {}).login is None
    assert BodyMapper.data_of(shape, old, {}).roles == ("agent",)

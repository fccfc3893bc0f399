"""The rules of who may do what: the policy table against every route, role and kind of token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from flask import Blueprint

from api.app import create_app
from api.http.policy import ANYONE, POLICY, RouteWithoutPolicyError, routes
from api.http.services import Services
from domain.access.user import ROLES, User
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.device_status import set_status

NOWHERE = "0191cb40-11d2-7000-8f00-9d0f6b7c0009"
PLACES = {"position": "999999999", "name": "nothing", "filename": "nothing"}


class Place(NamedTuple):
    """A route with its path filled in, and who may use it."""

    method: str
    path: str
    allowed: frozenset[str]


def office(api: ApiClient) -> Iterator[Place]:
    """Every route that asks for a user."""
    for name in sorted(set(routes(api.client.application).values())):
        method, _, path = name.partition(" ")
        filled = re.sub(r"{(\w+)}", lambda found: PLACES.get(found[1], NOWHERE), path)
        if POLICY[name] != ANYONE and "device" not in POLICY[name]:
            yield Place(method, filled, POLICY[name])


def devices(api: ApiClient) -> Iterator[Place]:
    """Every route that asks for a device."""
    for name in sorted(set(routes(api.client.application).values())):
        method, _, path = name.partition(" ")
        if "device" in POLICY[name]:
            yield Place(method, re.sub(r"{(\w+)}", "0" * 64, path), POLICY[name])


def ask(api: ApiClient, place: Place, token: str) -> Any:
    return api.client.open(place.path, method=place.method, headers={"Authorization": f"Bearer {token}"})


def code(reply: Any) -> str:
    return str(reply.json["type"]).rpartition("/")[2]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_the_routes_of_the_table_and_no_others(api: ApiClient, role: Any) -> None:
    api.user(role)
    opened = []
    for place in office(api):
        if place.path.endswith(("/current/end", "/end-all")):  # they would end the token that the others need
            continue
        reply = ask(api, place, api.tokens[role])
        forbidden = reply.status_code == 403 and code(reply) == "forbidden"
        assert forbidden == (role not in place.allowed), (place, reply.get_data())
        assert reply.status_code not in (401, 500), (place, reply.get_data())
        opened.append(not forbidden)
    assert any(opened)


def test_without_a_good_token_no_route_opens(api: ApiClient) -> None:
    admin = api.user("admin")
    good = api.tokens["admin"]
    ended, expired, disabled = (api.services.access.sign_in("admin", PASSWORD).token for _ in range(3))
    api.services.access.end(ended)
    api.services.log.pool.execute(
        "UPDATE access.sessions SET expires_at = now() WHERE token_hash = sha256(%s)", (expired.encode(),)
    )
    forged = good[:-1] + ("A" if good[-1] != "A" else "B")
    for place in office(api):
        for token in (ended, expired, forged, "", " ", "null"):
            reply = ask(api, place, token)
            assert reply.status_code == 401, (place, token)
            assert reply.headers["WWW-Authenticate"]
    user = api.services.log.work().get(User, admin)
    user.disable()
    api.commit(user)
    for place in office(api):
        assert ask(api, place, disabled).status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "bearer2", "Token"])
def test_only_bearer_tokens_are_read(api: ApiClient, scheme: str) -> None:
    api.user("admin")
    reply = api.client.get("/api/v1/parts", headers={"Authorization": f"{scheme} {api.tokens['admin']}"})

    assert reply.status_code == 401


def test_a_user_is_no_device_and_a_device_no_user(api: ApiClient) -> None:
    api.user("admin")
    technician = UUID(NOWHERE)
    device = api.services.devices.enrol(api.services.devices.issue_code(technician)[0], "phone")
    pair = api.services.devices.issue_tokens(device.device, 1, technician)

    for place in devices(api):
        assert ask(api, place, api.tokens["admin"]).status_code == 401
    for place in office(api):
        assert ask(api, place, pair.access_token).status_code == 401


def test_a_revoked_device_opens_only_what_it_needs_to_leave(api: ApiClient) -> None:
    technician = UUID(NOWHERE)
    device = api.services.devices.enrol(api.services.devices.issue_code(technician)[0], "phone")
    pair = api.services.devices.issue_tokens(device.device, 1, technician)
    set_status(api.services.log.pool, device.device, "revoked", wipe=True)

    for place in devices(api):
        reply = ask(api, place, pair.access_token)
        refused = reply.status_code == 403 and code(reply) == "device-revoked"
        assert refused == ("revoked device" not in place.allowed), place
        if refused:
            assert reply.json["wipe"] is True


def test_a_route_that_the_table_does_not_name_keeps_the_application_from_starting(services: Services) -> None:
    room = Blueprint("room", __name__)
    room.add_url_rule("/backdoor/<name>", view_func=lambda name: name, endpoint="backdoor")

    with pytest.raises(RouteWithoutPolicyError, match=r"GET /backdoor/\{name\}"):
        create_app(services, [room])


def test_every_line_of_the_table_is_a_route(api: ApiClient) -> None:
    assert set(routes(api.client.application).values()) == set(POLICY)


def test_in_production_browsers_are_told_to_insist_on_tls(services: Services) -> None:
    settings: Any = services.settings
    served = create_app(replace(services, settings=replace(settings, production=True)))

    assert "max-age" in served.test_client().get("/health").headers["Strict-Transport-Security"]

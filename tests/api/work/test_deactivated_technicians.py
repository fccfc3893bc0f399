"""Deactivated technicians: their phones may push what they hold, and read nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON, Field
from tests.support.keyed_phone import KeyedPhone, outcome


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


def enrolled(api: ApiClient, field: Field) -> KeyedPhone:
    phone = KeyedPhone(api)
    assert phone.enrol(code(api, field)).status_code == 201
    return phone


def code(api: ApiClient, field: Field) -> str:
    return api.services.devices.issue_code(field.anna)[0]


def pushed(field: Field, phone: KeyedPhone, **more: Any) -> Any:
    operation = {"id": str(field.order()), "seq": 1, "type": "note_added", "v": 1, "at": NOON.isoformat(), "data": {}}
    payload = {"incarnation": 1, "now": NOON.isoformat(), "operations": [operation]}
    return phone.ask("POST", "push", json=payload | more)


def test_the_phones_of_a_deactivated_technician_hand_in_and_read_nothing(api: ApiClient, field: Field) -> None:
    """Issue 8, 11: as a suspended one: nothing of the outbox is lost, and their codes let nobody in."""
    phone, waiting = enrolled(api, field), code(api, field)

    assert api.post(f"/api/v1/technicians/{field.anna}/deactivate").status_code == 200

    for method, verb in (("GET", "pull"), ("GET", "live"), ("POST", "verify")):
        assert outcome(phone.ask(method, verb, **({"json": {}} if method == "POST" else {}))) == (
            403,
            "device-suspended",
        )
    reply = pushed(field, phone, pull={})
    assert [one["status"] for one in reply.json["results"]] == ["quarantined"]
    assert "changes" not in reply.json
    handed_in = {"incarnation": 1, "now": NOON.isoformat(), "operations": []}
    assert phone.ask("POST", "salvage", json=handed_in).status_code == 200
    assert phone.refresh().status_code == 200
    assert outcome(phone.ask("GET", "pull")) == (403, "device-suspended")
    assert outcome(KeyedPhone(api).enrol(waiting)) == (403, "enrolment-code-invalid")
    made_at_that_moment = code(api, field)
    assert outcome(KeyedPhone(api).enrol(made_at_that_moment)) == (403, "enrolment-code-invalid")
    assert outcome(api.post(f"/api/v1/technicians/{field.anna}/enrolments")) == (409, "technician-is-deactivated")
    shown = api.get(f"/api/v1/devices/{phone.credentials['device_id']}").json or {}
    assert (shown["status"], shown["live"]["standing"]) == ("active", "suspended")


def test_a_technician_who_works_again_has_their_phones_again(api: ApiClient, field: Field) -> None:
    """Issue 8, 11: except those that are doubted on their own, and with a fresh code only."""
    phone, doubted, waiting = enrolled(api, field), enrolled(api, field), code(api, field)
    api.post(f"/api/v1/technicians/{field.anna}/deactivate")
    api.post(f"/api/v1/devices/{doubted.credentials['device_id']}/suspend", {"reason": "odd"})

    assert api.post(f"/api/v1/technicians/{field.anna}/reactivate").status_code == 200

    assert phone.ask("GET", "pull").status_code == 200
    assert outcome(doubted.ask("GET", "pull")) == (403, "device-suspended")
    assert outcome(KeyedPhone(api).enrol(waiting)) == (403, "enrolment-code-invalid")
    assert KeyedPhone(api).enrol(code(api, field)).status_code == 201
    assert (api.get(f"/api/v1/technicians/{field.anna}").json or {})["active"] is True

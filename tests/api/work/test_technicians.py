"""The rules of technicians and the codes for their devices over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from store.device_access import DeviceAccess
from tests.api.conftest import ApiClient

ANNA: dict[str, Any] = {"name": "Anna Weber", "zone": "Europe/Berlin", "language": "de"}


def anna(api: ApiClient) -> str:
    """Where she is after she was registered."""
    return str(api.post("/api/v1/technicians", ANNA, role="dispatcher").headers["Location"])


def van(api: ApiClient) -> str:
    made = api.post("/api/v1/locations", {"kind": "van", "name": "Van 1"})
    assert made.json is not None
    return str(made.json["id"])


def test_a_technician_is_registered_changed_and_deactivated(api: ApiClient) -> None:
    where = anna(api)

    api.post(f"{where}/change", {"name": "Anna Wagner", "zone": "Europe/Vienna"})
    changed = api.get(where).json
    api.post(f"{where}/deactivate")

    assert changed is not None
    assert (changed["name"], changed["zone"], changed["language"]) == ("Anna Wagner", "Europe/Vienna", "de")
    left = api.get("/api/v1/technicians?active=true").json
    assert left is not None
    assert left["items"] == []


def test_who_is_assigned_a_van_has_it_in_their_custody(api: ApiClient) -> None:
    where, location = anna(api), van(api)

    assert api.post(f"{where}/assign-van", {"location": location}).status_code == 200

    technician, place = api.get(where).json, api.get(f"/api/v1/locations/{location}").json
    assert technician is not None
    assert place is not None
    assert technician["van"] == location
    assert place["custodian"] == technician["id"]


def test_only_a_van_that_exists_can_be_assigned(api: ApiClient) -> None:
    where = anna(api)
    warehouse = api.post("/api/v1/locations", {"kind": "warehouse", "name": "Main"}).json

    assert warehouse is not None
    assert api.post(f"{where}/assign-van", {"location": warehouse["id"]}).status_code == 409
    assert api.post(f"{where}/assign-van", {"location": str(uuid4())}).status_code == 404


def test_a_code_makes_one_device_of_this_technician(api: ApiClient) -> None:
    where = anna(api)

    made = api.post(f"{where}/enrolments")

    assert made.status_code == 201
    assert made.json is not None
    assert re.fullmatch("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", made.json["code"])
    lives = datetime.fromisoformat(made.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < lives <= timedelta(hours=24)
    device = DeviceAccess(api.services.log.pool).enrol(made.json["code"], "phone")
    assert where.endswith(str(device.technician))


def test_the_same_request_gives_the_same_code_which_is_stored_nowhere(api: ApiClient) -> None:
    where = anna(api)
    first = api.post(f"{where}/enrolments", Idempotency_Key="a").json
    again = api.post(f"{where}/enrolments", Idempotency_Key="a").json
    other = api.post(f"{where}/enrolments", Idempotency_Key="b").json

    assert first is not None
    assert other is not None
    assert first == again
    assert first["code"] != other["code"]
    stored = api.services.log.pool.fetch_all(
        "SELECT answer FROM log.operations UNION SELECT c::text FROM access.enrolment_codes c"
    )
    assert first["code"] not in str(stored)
    assert first["code"].replace("-", "") not in str(stored)


def test_who_no_longer_works_here_gets_no_code(api: ApiClient) -> None:
    where = anna(api)
    api.post(f"{where}/deactivate")

    refused = api.post(f"{where}/enrolments")

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["type"].endswith("/technician-is-deactivated")


def test_a_technician_is_no_user_that_does_not_exist(api: ApiClient) -> None:
    refused = api.post("/api/v1/technicians", ANNA | {"user": str(uuid4())})

    assert refused.status_code == 404

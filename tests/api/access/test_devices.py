"""The rules of devices over HTTP: what is known of each, and revoking that holds at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.access.device import Device
from domain.access.identity import DeviceRevoked, TokenExpired
from tests.api.conftest import ApiClient


class Enrolled:
    """A device with an access token, in the log and beside it."""

    def __init__(self, api: ApiClient) -> None:
        technician = uuid4()
        code, _ = api.services.devices.issue_code(technician)
        enrolled = api.services.devices.enrol(code, "phone", "1.0")
        self.id = enrolled.device
        self.token = api.services.devices.issue_tokens(*enrolled[:3]).access_token
        api.commit(
            Device.enrol(
                id=self.id, technician=technician, install_id="phone", name="S23", platform="test", app_version="1.0"
            )
        )

    def __str__(self) -> str:
        return f"/api/v1/devices/{self.id}"


@pytest.fixture
def device(api: ApiClient) -> Enrolled:
    return Enrolled(api)


def test_a_device_is_read_with_what_it_last_told(api: ApiClient, device: Enrolled) -> None:
    api.services.device_statuses.record_report(device.id, pulled_through=5, clock_offset_ms=-40)

    read = api.get(str(device)).json

    assert read is not None
    assert (read["name"], read["status"]) == ("S23", "active")
    assert (read["live"]["pulled_through"], read["live"]["clock_offset_ms"]) == (5, -40)
    listed = api.get("/api/v1/devices?status=active").json
    assert listed is not None
    assert [item["live"]["pulled_through"] for item in listed["items"]] == [5]


def test_the_past_says_nothing_of_what_a_device_told_last(api: ApiClient, device: Enrolled) -> None:
    read = api.get(f"{device}?known_at=1").json

    assert read is not None
    assert read["live"] is None


def test_a_suspended_device_is_known_as_such_at_once_until_it_is_trusted_again(
    api: ApiClient, device: Enrolled
) -> None:
    devices = api.services.devices
    api.post(f"{device}/suspend", {"reason": "left in a taxi"})
    assert devices.who(device.token).status == "suspended"

    api.post(f"{device}/resume")

    assert devices.who(device.token).status == "active"


@pytest.mark.parametrize(
    ("body", "wipe"),
    [({"reason": "lost"}, True), ({"reason": "retired"}, False), ({"reason": "retired", "wipe": True}, True)],
)
def test_a_revoked_device_is_refused_at_its_next_call(
    api: ApiClient, device: Enrolled, body: dict[str, Any], *, wipe: bool
) -> None:
    done = api.post(f"{device}/revoke", body, role="dispatcher")

    assert done.status_code == 200
    with pytest.raises(DeviceRevoked) as refused:
        api.services.devices.who(device.token)
    assert refused.value.members["wipe"] is wipe
    read = api.get(str(device)).json
    assert read is not None
    assert (read["status"], read["reason"], read["wipe"]) == ("revoked", body["reason"], wipe)


def test_a_revoked_device_is_not_suspended_or_trusted_by_mistake(api: ApiClient, device: Enrolled) -> None:
    api.post(f"{device}/revoke", {"reason": "lost"})

    assert api.post(f"{device}/suspend", {"reason": "found"}).status_code == 409
    assert api.post(f"{device}/resume").status_code == 409
    with pytest.raises(DeviceRevoked):
        api.services.devices.who(device.token)


def test_a_device_over_another_version_is_left_as_it_is(api: ApiClient, device: Enrolled) -> None:
    late = api.post(f"{device}/revoke", {"reason": "lost"}, If_Match='"7"')

    assert late.status_code == 412
    assert api.services.devices.who(device.token).status == "active"


def test_a_device_that_does_not_exist_cannot_be_revoked(api: ApiClient) -> None:
    assert api.post(f"/api/v1/devices/{uuid4()}/revoke", {"reason": "lost"}).status_code == 404
    with pytest.raises(TokenExpired):
        api.services.devices.who("nothing")

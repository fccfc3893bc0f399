"""Issue 8, 24: a technician is forgotten although the enrolment of one of their phones was cut off."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from store.log import EventLog
from sync.enrolment import EnrolmentService
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice


def cut_off(api: ApiClient, technician: UUID) -> UUID:
    """A phone whose row was written, and then the process was killed, before its event."""
    code, _ = api.services.devices.issue_code(technician)
    return api.services.devices.enrol(code, str(uuid4()), "1.4").device


def test_a_technician_with_an_enrolment_that_was_cut_off_can_be_erased(api: ApiClient) -> None:
    """Issue 8, 24: it was 404 for ever, and kept as such under the Idempotency-Key."""
    pocket = PullingDevice(api)
    ghost = cut_off(api, pocket.technician)
    path = f"/api/v1/technicians/{pocket.technician}/erase"

    assert api.post(path, Idempotency_Key="e").status_code == 200

    log = api.services.log
    assert log.work().get(Device, pocket.id).is_revoked()
    assert log.work().find(Device, ghost) is None
    assert log.body_mapper.keyring.opening_keys([pocket.technician]) == {}


def test_an_enrolment_that_goes_on_behind_the_erasure_lets_nobody_in(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 24: the row of such a phone stands, so the event must not come, nor tokens."""
    technician = PullingDevice(api).technician
    whole = EnrolmentService._record
    replies = []

    def behind(desk: EnrolmentService, *args: object) -> object:
        replies.append(api.post(f"/api/v1/technicians/{technician}/erase").status_code)
        return whole(desk, *args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(EnrolmentService, "_record", behind)
    code, _ = api.services.devices.issue_code(technician)
    reply = api.app_client().post(
        "/sync/v1/devices",
        json={"code": code, "install_id": str(uuid4()), "name": "p", "platform": "t", "app_version": "1.4"},
    )

    assert replies == [200]
    assert reply.status_code in {401, 403, 409}, reply.text


def test_a_copy_taken_right_behind_the_event_of_an_enrolment_takes_the_device_in(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated seed 602539454: a device restored without its sequence numbers could never push again."""
    pocket = PullingDevice(api)
    code, _ = api.services.devices.issue_code(pocket.technician)
    lacking: list[int] = []
    append = EventLog.append

    def looked_at(log: EventLog, *args: Any, **more: Any) -> Any:
        appended = append(log, *args, **more)
        row = log.pool.fetch_one(
            """
            SELECT count(*) FROM log.events e WHERE topic = 'device.enrolled' AND stream <> %s
                AND NOT EXISTS (SELECT FROM log.device_sequences s WHERE s.device = e.stream)
            """,
            (str(pocket.id),),
        )
        lacking.append(row[0] if row else -1)
        return appended

    monkeypatch.setattr(EventLog, "append", looked_at)
    reply = api.app_client().post(
        "/sync/v1/devices",
        json={"code": code, "install_id": str(uuid4()), "name": "p", "platform": "t", "app_version": "1.4"},
    )

    assert (reply.status_code, lacking) == (201, [0])

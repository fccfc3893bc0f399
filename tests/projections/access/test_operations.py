"""The office sees quarantined, held and refused operations, and what was decided about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from projections.access.device_activity import DeviceActivity
from projections.access.devices import Devices, device, devices
from projections.access.operation_queries import operation, operations
from projections.access.operations import OperationRow, Operations
from tests.support.logs import NOON
from tests.support.memory_events import later
from tests.support.projected_log import ProjectedLog, projected_log_on

BOSS = uuid4()


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Operations(), Devices(), DeviceActivity()) as made:
        yield made


@pytest.fixture
def phone(projected: ProjectedLog) -> Device:
    made = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="app", name="Anna's phone", platform="android", app_version="1.0"
    )
    projected.record(made)
    return made


def quarantine(
    projected: ProjectedLog, phone: Device, *refs: UUID, seq: int = 1, body: str = '{"text": "Kastanienbaum"}'
) -> UUID:
    id_ = uuid4()
    phone.record_quarantine(
        operation=id_, seq=seq, type="dance", reason="not-understood", detail="Unknown.", body=body, refs=refs
    )
    projected.record(phone, at=later(seq), device=phone.id, device_seq=seq, operation_id=id_)
    return id_


def shown(projected: ProjectedLog, id_: UUID) -> OperationRow:
    with projected.seen() as reader:
        found = operation(reader, id_)
    assert found is not None
    return found


def waiting(projected: ProjectedLog, phone: Device) -> Any:
    with projected.seen() as reader:
        found = device(reader, phone.id)
    assert found is not None
    return found["quarantined"]


def test_what_was_put_aside_waits_and_its_text_stays_in_the_log(projected: ProjectedLog, phone: Device) -> None:
    id_ = quarantine(projected, phone)

    row = shown(projected, id_)
    assert (row["status"], row["type"], row["reason"]) == ("quarantined", "dance", "not-understood")
    assert (row["device"], row["technician"]) == (phone.id, phone.technician)
    assert not projected.contains("Kastanienbaum")
    assert waiting(projected, phone) == [str(id_)]


def test_what_was_released_or_discarded_says_who_decided_and_why(projected: ProjectedLog, phone: Device) -> None:
    first, second = quarantine(projected, phone), quarantine(projected, phone, seq=2)
    phone.release(first)
    phone.discard(second, reason="Sent by mistake.")
    projected.record(phone, at=later(9), actor=BOSS)

    released, discarded = shown(projected, first), shown(projected, second)
    assert (released["status"], released["decided_by"], released["decided_at"]) == ("released", BOSS, later(9))
    assert (discarded["status"], discarded["decision"]) == ("discarded", "Sent by mistake.")
    assert waiting(projected, phone) == []


def test_one_id_with_two_contents_is_shown_twice(projected: ProjectedLog, phone: Device) -> None:
    id_ = uuid4()
    for seq in (1, 2):
        phone.record_quarantine(operation=id_, seq=seq, type="x", reason="r", detail="d", body=f"text {seq}")
    projected.record(phone)

    with projected.seen() as reader:
        assert {row["seq"] for row in operations(reader, limit=9)} == {1, 2}


def test_a_refused_request_says_why(projected: ProjectedLog, phone: Device) -> None:
    id_, part = uuid4(), uuid4()
    phone.record_rejection(operation=id_, seq=4, type="reserve_part", problem="no-stock", detail="None.", refs=(part,))
    projected.record(phone)

    row = shown(projected, id_)
    assert (row["status"], row["reason"], row["refs"]) == ("rejected", "no-stock", [str(part)])


def test_operations_are_found_by_status_device_technician_and_type(projected: ProjectedLog, phone: Device) -> None:
    first, second = quarantine(projected, phone), quarantine(projected, phone, seq=2)
    phone.discard(first, reason="Nothing.")
    projected.record(phone)

    def found(**filters: Any) -> list[UUID]:
        return [row["operation"] for row in operations(reader, limit=9, **filters)]

    with projected.seen() as reader:
        newest = operations(reader, limit=1)[0]
        assert found() == [second, first]
        assert found(after=newest["text_position"]) == [first]
        assert found(status="quarantined") == [second]
        assert found(device=phone.id, technician=phone.technician, type="dance") == [second, first]
        assert found(device=uuid4()) == found(technician=uuid4()) == found(type="sing") == []
        assert operation(reader, uuid4()) is None


def test_a_device_shows_what_was_last_heard_of_it(projected: ProjectedLog, phone: Device) -> None:
    last = [quarantine(projected, phone, seq=seq) for seq in (1, 2, 3)][-1]
    phone.record_clock(90_000)
    phone.record_app(app_version="1.1", platform="android")
    projected.record(phone)

    with projected.seen() as reader:
        row = device(reader, phone.id)
        assert [each["id"] for each in devices(reader, limit=9, technician=phone.technician)] == [phone.id]
        assert devices(reader, limit=9, status="revoked") == devices(reader, limit=9, after=phone.id) == []
    assert row is not None
    assert (row["last_seq"], row["last_operation"], row["last_occurred_at"]) == (3, last, later(3))
    assert (row["offset_ms"], row["app_version"], row["enrolled_at"]) == (90_000, "1.1", NOON)


def test_a_device_shows_how_far_it_is_trusted(projected: ProjectedLog, phone: Device) -> None:
    def shown_status() -> Any:
        with projected.seen() as reader:
            row = device(reader, phone.id)
        assert row is not None
        return row["status"], row["reason"], row["wipe"], row["incarnation"], row["last_seq"]

    quarantine(projected, phone, seq=7)
    phone.suspend("It sends nonsense.")
    projected.record(phone)
    assert shown_status() == ("suspended", "It sends nonsense.", False, 1, 7)
    phone.resume()
    projected.record(phone)
    assert shown_status() == ("active", None, False, 1, 7)
    again = {"technician": phone.technician, "install_id": "b", "name": "n", "platform": "ios", "app_version": "2"}
    phone.reenrol(**again)  # type: ignore[arg-type]
    projected.record(phone)
    assert shown_status() == ("active", None, False, 2, 0)
    phone.revoke(reason="lost", wipe=True)
    phone.record_wipe()
    phone.record_divergence(kind="own", server_count=1, server_sum="0", device_count=2, device_sum="1")
    projected.record(phone, at=later(5))
    assert shown_status() == ("revoked", "lost", True, 2, 0)
    with projected.seen() as reader:
        row = device(reader, phone.id)
    assert row is not None
    assert (row["wiped_at"], row["divergences"]) == (later(5), 1)
    projected.check_rebuild()

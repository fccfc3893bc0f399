"""The document of an operation: a device gets the decision about a quarantined or held operation."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from domain.kernel.problem import TYPE
from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, Office
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary

NOTE = UUID(int=99)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def device(projected: ProjectedLog) -> Device:
    made = Device.enrol(id=uuid4(), technician=ANNA, install_id="i", name="phone", platform="test", app_version="1")
    made.record_quarantine(
        operation=NOTE, seq=1, type="note_addde", reason="not-understood", detail="Not known.", body="Ada has a dog"
    )
    projected.record(made)
    return made


def test_an_operation_that_was_put_aside_is_told_to_its_technician_alone(
    projected: ProjectedLog, device: Device
) -> None:
    anna, boris = Phone(projected, ANNA), Phone(projected, BORIS)
    anna.pull()
    boris.pull()
    assert anna.has("operation") == {
        str(NOTE): {
            "status": "quarantined",
            "notices": [],
            "problem": {"type": f"{TYPE}not-understood", "detail": "Not known."},
            "positions": [device.version],
        }
    }
    assert boris.documents == {}
    assert not projected.contains("dog")
    projected.check_rebuild()


def test_an_operation_that_was_released_names_where_it_took_effect(projected: ProjectedLog, device: Device) -> None:
    anna, order = Phone(projected, ANNA), Office(projected).order()
    anna.pull()
    device.release(NOTE)
    projected.record(device, operation_id=(decision := uuid4()))
    order.record_note("Ada has a dog")
    position = projected.record(order, device=device.id, device_seq=1, operation_id=NOTE, causation_id=decision)

    assert ("operation", str(NOTE), None) in summary(anna.pull())
    assert anna.has("operation")[str(NOTE)] == {"status": "applied", "notices": [], "positions": [position]}
    projected.check_rebuild()


def test_an_operation_that_was_discarded_is_refused_with_the_offices_reason(
    projected: ProjectedLog, device: Device
) -> None:
    anna = Phone(projected, ANNA)
    device.discard(NOTE, reason="Sent by a broken app; write the note again.")
    position = projected.record(device)
    anna.pull()
    assert anna.has("operation")[str(NOTE)] == {
        "status": "rejected",
        "notices": [],
        "problem": {"type": f"{TYPE}discarded", "detail": "Sent by a broken app; write the note again."},
        "positions": [position],
    }


def test_a_request_that_was_refused_stays_to_be_read(projected: ProjectedLog, device: Device) -> None:
    anna, asked = Phone(projected, ANNA), uuid4()
    device.record_rejection(
        operation=asked, seq=2, type="close_work_order", problem="nothing-to-close", detail="Complete it first."
    )
    projected.record(device)
    anna.pull()
    told_of = anna.has("operation")[str(asked)]
    assert (told_of["status"], told_of["problem"]["type"]) == ("rejected", f"{TYPE}nothing-to-close")
    projected.check_rebuild()

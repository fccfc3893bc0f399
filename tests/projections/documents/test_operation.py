"""The document of an operation: a device hears what became of what was put aside."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from domain.kernel.problem import TYPE
from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, Office
from tests.support.projected_log import Shop, shop_on
from tests.support.pulled_documents import Phone, told

NOTE = UUID(int=99)


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with shop_on(database, Documents()) as made:
        yield made


@pytest.fixture
def device(shop: Shop) -> Device:
    made = Device.enrol(id=uuid4(), technician=ANNA, install_id="i", name="phone", platform="test", app_version="1")
    made.record_quarantine(
        operation=NOTE, seq=1, type="note_addde", reason="not-understood", detail="Not known.", body="Ada has a dog"
    )
    shop.record(made)
    return made


def test_an_operation_that_was_put_aside_is_told_to_its_technician_alone(shop: Shop, device: Device) -> None:
    anna, boris = Phone(shop, ANNA), Phone(shop, BORIS)
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
    assert not shop.says("dog")
    shop.must_be_the_same_rebuilt()


def test_an_operation_that_was_released_names_where_it_took_effect(shop: Shop, device: Device) -> None:
    anna, order = Phone(shop, ANNA), Office(shop).order()
    anna.pull()
    device.release(NOTE)
    shop.record(device, operation_id=(decision := uuid4()))
    order.record_note("Ada has a dog")
    position = shop.record(order, device=device.id, device_seq=1, operation_id=NOTE, causation_id=decision)

    assert ("operation", str(NOTE), None) in told(anna.pull())
    assert anna.has("operation")[str(NOTE)] == {"status": "applied", "notices": [], "positions": [position]}
    shop.must_be_the_same_rebuilt()


def test_an_operation_that_was_discarded_is_refused_with_the_offices_reason(shop: Shop, device: Device) -> None:
    anna = Phone(shop, ANNA)
    device.discard(NOTE, reason="Sent by a broken app; write the note again.")
    position = shop.record(device)
    anna.pull()
    assert anna.has("operation")[str(NOTE)] == {
        "status": "rejected",
        "notices": [],
        "problem": {"type": f"{TYPE}discarded", "detail": "Sent by a broken app; write the note again."},
        "positions": [position],
    }


def test_a_request_that_was_refused_stays_to_be_read(shop: Shop, device: Device) -> None:
    anna, asked = Phone(shop, ANNA), uuid4()
    device.record_rejection(
        operation=asked, seq=2, type="close_work_order", problem="nothing-to-close", detail="Complete it first."
    )
    shop.record(device)
    anna.pull()
    told_of = anna.has("operation")[str(asked)]
    assert (told_of["status"], told_of["problem"]["type"]) == ("rejected", f"{TYPE}nothing-to-close")
    shop.must_be_the_same_rebuilt()

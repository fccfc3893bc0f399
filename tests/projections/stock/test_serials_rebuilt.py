"""What is known of units and of their misfits is the same kept live, batch by batch, and folded anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from domain.stock.discrepancy import discrepancy_id
from domain.stock.location import Location
from domain.stock.part import Part, PartName
from projections.documents.documents import Documents
from projections.stock.discrepancy_queries import discrepancies
from tests.support.logs import NOON
from tests.support.projected_log import Shop, shop_on
from tests.support.pulled_documents import Phone, told
from tests.support.serials import S1, S2, tracked
from tests.support.stock import OTHER_VAN, PART, VAN, bought, used
from tests.support.work_orders import ANNA, BEN

CARLA = UUID(int=5)


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with shop_on(database, Documents()) as made:
        made.record(*(Location.register(id=id, kind="van", name=f"Van {id.int}") for id in (VAN, OTHER_VAN)))
        yield made


def phone_of(shop: Shop, technician: UUID) -> dict[str, Any]:
    device = Device.enrol(id=uuid4(), technician=technician, install_id="i", name="p", platform="test", app_version="1")
    shop.record(device)
    return {"device": device.id, "device_seq": 1, "operation_id": uuid4(), "actor": technician}


def test_both_who_say_they_used_one_unit_see_it_on_their_devices_and_nobody_else_does(shop: Shop) -> None:
    anna, ben, carla = (Phone(shop, who) for who in (ANNA, BEN, CARLA))
    shop.record(tracked(), bought(1, VAN, serials=(S1,)), at=NOON - timedelta(hours=1))
    shop.record(used(1, serials=(S1,)), **phone_of(shop, ANNA))
    anna.pull()
    assert anna.has("discrepancy") == {}
    shop.record(used(1, OTHER_VAN, serials=(S1,)), **phone_of(shop, BEN))

    for phone in (anna, ben, carla):
        phone.pull()
    id = str(discrepancy_id("serial_elsewhere", PART, S1))
    seen = anna.has("discrepancy")[id]
    assert (seen["kind"], seen["status"], seen["refs"]) == (
        "serial_elsewhere",
        "open",
        {"part": str(PART), "serial": S1},
    )
    assert ben.has("discrepancy")[id] == seen
    assert carla.has("discrepancy") == {}
    shop.must_be_the_same_rebuilt()


def test_a_late_receipt_takes_it_off_the_device_again(shop: Shop) -> None:
    anna = Phone(shop, ANNA)
    shop.record(tracked())
    shop.record(used(1, serials=(S1,)), **phone_of(shop, ANNA))
    anna.pull()
    id = str(discrepancy_id("serial_unknown", PART, S1))
    assert id in anna.has("discrepancy")

    shop.record(bought(1, VAN, serials=(S1,)), at=NOON - timedelta(hours=1))

    assert ("discrepancy", id, "closed") in told(anna.pull())
    shop.must_be_the_same_rebuilt()


def test_what_the_catalogue_says_later_counts_for_what_was_moved_before(shop: Shop) -> None:
    shop.record(used(1, serials=(S1, "A\0B")), used(1, OTHER_VAN, serials=(S1, "A\ufffdB")))
    assert kinds(shop) == {"negative_book", "unknown_part"}

    names = (PartName("en", "Board"),)
    part = Part.register(id=PART, number="P-1", names=names, unit="piece")
    shop.record(part)
    assert kinds(shop) == {"negative_book"}
    part.revise(names=names, tracking="serial", criticality=None, gtins=())
    shop.record(part)
    assert kinds(shop) == {"negative_book", "serial_unknown", "serial_elsewhere"}
    shop.must_be_the_same_rebuilt()

    part.revise(names=names, tracking="none", criticality=None, gtins=())
    shop.record(bought(1, VAN, serials=(S2,)), part)
    assert kinds(shop) == {"negative_book"}
    shop.must_be_the_same_rebuilt()


def kinds(shop: Shop) -> set[str]:
    with shop.seen() as reader:
        return {row["kind"] for row in discrepancies(reader, limit=99, part=PART)}

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
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary
from tests.support.serials import S1, S2, tracked
from tests.support.stock import OTHER_VAN, PART, VAN, bought, used
from tests.support.work_orders import ANNA, BEN

CARLA = UUID(int=5)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        made.record(*(Location.register(id=id, kind="van", name=f"Van {id.int}") for id in (VAN, OTHER_VAN)))
        yield made


def phone_of(projected: ProjectedLog, technician: UUID) -> dict[str, Any]:
    device = Device.enrol(id=uuid4(), technician=technician, install_id="i", name="p", platform="test", app_version="1")
    projected.record(device)
    return {"device": device.id, "device_seq": 1, "operation_id": uuid4(), "actor": technician}


def test_both_who_say_they_used_one_unit_see_it_on_their_devices_and_nobody_else_does(projected: ProjectedLog) -> None:
    anna, ben, carla = (Phone(projected, who) for who in (ANNA, BEN, CARLA))
    projected.record(tracked(), bought(1, VAN, serials=(S1,)), at=NOON - timedelta(hours=1))
    projected.record(used(1, serials=(S1,)), **phone_of(projected, ANNA))
    anna.pull()
    assert anna.has("discrepancy") == {}
    projected.record(used(1, OTHER_VAN, serials=(S1,)), **phone_of(projected, BEN))

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
    projected.check_rebuild()


def test_a_late_receipt_takes_it_off_the_device_again(projected: ProjectedLog) -> None:
    anna = Phone(projected, ANNA)
    projected.record(tracked())
    projected.record(used(1, serials=(S1,)), **phone_of(projected, ANNA))
    anna.pull()
    id = str(discrepancy_id("serial_unknown", PART, S1))
    assert id in anna.has("discrepancy")

    projected.record(bought(1, VAN, serials=(S1,)), at=NOON - timedelta(hours=1))

    assert ("discrepancy", id, "closed") in summary(anna.pull())
    projected.check_rebuild()


def test_what_the_catalogue_says_later_counts_for_what_was_moved_before(projected: ProjectedLog) -> None:
    projected.record(used(1, serials=(S1, "A\0B")), used(1, OTHER_VAN, serials=(S1, "A\ufffdB")))
    assert kinds(projected) == {"negative_book", "unknown_part"}

    names = (PartName("en", "Board"),)
    part = Part.register(id=PART, number="P-1", names=names, unit="piece")
    projected.record(part)
    assert kinds(projected) == {"negative_book"}
    part.revise(names=names, tracking="serial", criticality=None, gtins=())
    projected.record(part)
    assert kinds(projected) == {"negative_book", "serial_unknown", "serial_elsewhere"}
    projected.check_rebuild()

    part.revise(names=names, tracking="none", criticality=None, gtins=())
    projected.record(bought(1, VAN, serials=(S2,)), part)
    assert kinds(projected) == {"negative_book"}
    projected.check_rebuild()


def kinds(projected: ProjectedLog) -> set[str]:
    with projected.seen() as reader:
        return {row["kind"] for row in discrepancies(reader, limit=99, part=PART)}

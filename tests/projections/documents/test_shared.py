"""The documents that every device gets: parts, places and code lists."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
import rfc8785

from domain.stock.location import VIRTUAL, Location
from domain.stock.part import Part, PartName
from domain.work.technician import Technician
from projections.documents.documents import Documents
from projections.documents.kinds.code_list import LISTS
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


def pump(number: str = "P-1") -> Part:
    return Part.register(
        id=uuid4(), number=number, names=(PartName("en", "Pump"), PartName("de", "Pumpe")), unit="piece"
    )


def test_a_part_is_told_to_everybody_whenever_it_changes(projected: ProjectedLog) -> None:
    part = pump()
    projected.record(part)
    one, two = Phone(projected, uuid4()), Phone(projected, uuid4())

    assert one.pull() == two.pull()
    assert one.has("part") == {
        str(part.id): {
            "id": str(part.id),
            "number": "P-1",
            "name": "Pump",
            "names": [{"language": "en", "text": "Pump"}, {"language": "de", "text": "Pumpe"}],
            "unit": "piece",
            "tracking": "none",
            "criticality": None,
            "gtins": [],
            "superseded_by": None,
            "discontinued": False,
        }
    }

    part.discontinue()
    projected.record(part)
    assert summary(one.pull()) == [("part", str(part.id), None)]
    assert one.has("part")[str(part.id)]["discontinued"]
    assert one.pull() == []
    projected.check_rebuild()


def test_the_hash_is_that_of_the_bodys_canonical_json(projected: ProjectedLog) -> None:
    projected.record(pump("Größe 3"))
    [change] = Phone(projected, uuid4()).pull()
    assert change["hash"] == sha256(rfc8785.dumps(change["body"])).hexdigest()
    assert set(change) == {"type", "id", "position", "hash", "body", "shared"}


def test_warehouses_are_everybodys_and_places_at_a_customers_nobodys(projected: ProjectedLog) -> None:
    main = Location.register(id=uuid4(), kind="warehouse", name="Main store")
    cellar = Location.register(id=uuid4(), kind="site", name="Frau Kastanienbaums Keller", site=uuid4())
    transit = Location.register(id=VIRTUAL["transit"], kind="transit", name="On the way")
    projected.record(main, cellar, transit)
    phone = Phone(projected, uuid4())

    phone.pull()

    assert phone.has("location") == {
        str(main.id): {"id": str(main.id), "kind": "warehouse", "name": "Main store", "retired": False},
        str(transit.id): {"id": str(transit.id), "kind": "transit", "name": "On the way", "retired": False},
    }

    main.retire()
    projected.record(main)
    phone.pull()
    assert phone.has("location")[str(main.id)]["retired"]


def test_code_lists_are_there_from_the_first_technician_on(projected: ProjectedLog) -> None:
    def hired() -> int:
        return projected.record(Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de"))

    phone = Phone(projected, uuid4())
    projected.record(pump())
    position = hired()

    changes = phone.pull()

    assert {change["position"] for change in changes if change["type"] == "code_list"} == {position}
    assert {name: body["codes"] for name, body in phone.has("code_list").items()} == {
        name: list(codes) for name, codes in LISTS.items()
    }
    hired()
    assert phone.pull() == []
    projected.check_rebuild()


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_end_at_a_whole_position_and_leave_nothing_out(projected: ProjectedLog, limit: int) -> None:
    anna = Technician.register(id=UUID(int=1), name="Anna", zone="Europe/Berlin", language="de")
    projected.record(*(pump(f"P-{number}") for number in range(3)), anna, *(pump(f"Q-{number}") for number in range(3)))
    at_once, by_page = Phone(projected, anna.id), Phone(projected, anna.id)

    everything = at_once.pull()

    assert by_page.pull(limit) == everything
    assert sorted(everything, key=lambda change: (change["position"], change["type"], change["id"])) == everything
    assert len(everything) == 6 + 1 + len(LISTS)

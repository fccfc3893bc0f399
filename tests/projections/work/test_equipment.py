"""Equipment as the office sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from domain.work.equipment import Equipment
from projections.care.customers import Customers
from projections.work.equipment import EquipmentRow, EquipmentView, equipment, one_equipment, warranty_on
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Customers(), EquipmentView()) as made:
        yield made


def shown(projected: ProjectedLog, of: Equipment) -> EquipmentRow:
    with projected.seen() as reader:
        row = one_equipment(reader, of.id)
    assert row is not None
    return row


def test_a_machine_is_shown_where_it_stands_and_whose_it_is(projected: ProjectedLog) -> None:
    machine, site, customer, cellar, heir = (
        Equipment.register(id=uuid4(), model="B-200", serial="S1"),
        *(uuid4() for _ in range(4)),
    )
    machine.install(site=site, customer=customer)
    machine.take_in_repair(uuid4())
    projected.record(machine)
    row = shown(projected, machine)
    assert (row["model"], row["serial"], row["status"]) == ("B-200", "S1", "in_repair")
    assert (row["site"], row["customer"]) == (site, customer)

    machine.return_to_use()
    machine.move(cellar)
    machine.change_owner(heir)
    projected.record(machine)
    row = shown(projected, machine)
    assert (row["status"], row["site"], row["customer"]) == ("installed", cellar, heir)
    projected.check_rebuild()


def test_a_machine_returned_without_a_place_is_registered_again(projected: ProjectedLog) -> None:
    machine = Equipment.register(id=uuid4(), model="B-200")
    machine.take_in_repair()
    machine.return_to_use()
    projected.record(machine)
    assert shown(projected, machine)["status"] == machine.status


def test_the_warranty_of_a_day_is_the_one_set_last(projected: ProjectedLog) -> None:
    machine = Equipment.register(id=uuid4(), model="B-200")
    machine.set_warranty(from_=date(2026, 1, 1), until=date(2026, 12, 31), terms="maker")
    machine.set_warranty(from_=date(2026, 6, 1), until=date(2027, 5, 31), terms="extended")
    projected.record(machine)

    row = shown(projected, machine)

    terms = [warranty_on(row, day) for day in (date(2025, 12, 31), date(2026, 5, 31), date(2026, 6, 1))]
    assert [each and each["terms"] for each in terms] == [None, "maker", "extended"]
    assert warranty_on(row, date(2027, 5, 31)) == {"from": "2026-06-01", "until": "2027-05-31", "terms": "extended"}


def test_the_words_about_a_retired_machine_go_with_its_owner(projected: ProjectedLog) -> None:
    ada = Customer.register(id=uuid4(), name="Ada")
    machine = Equipment.register(id=uuid4(), model="B-200", customer=ada.id)
    machine.retire("Mrs Lovelace dropped it")
    projected.record(ada, machine)
    assert (shown(projected, machine)["retired_for"], shown(projected, machine)["status"]) == ("other", "retired")
    assert projected.contains("Lovelace")

    ada.erase()
    projected.erase(ada)

    assert not projected.contains("Lovelace")
    projected.check_rebuild()


def test_machines_are_listed_by_owner_site_serial_and_status(projected: ProjectedLog) -> None:
    machines = sorted((Equipment.register(id=uuid4(), model="B", serial=f"S{n}") for n in range(3)), key=lambda m: m.id)
    site, customer = uuid4(), uuid4()
    machines[1].install(site=site, customer=customer)
    projected.record(*machines)

    with projected.seen() as reader:
        first = equipment(reader, limit=2)
        rest = equipment(reader, limit=2, after=first[-1]["id"])
        assert [row["id"] for row in first + rest] == [each.id for each in machines]
        for row in (
            equipment(reader, limit=9, site=site),
            equipment(reader, limit=9, customer=customer),
            equipment(reader, limit=9, status="installed"),
            equipment(reader, limit=9, serial=first[1]["serial"]),
        ):
            assert [each["id"] for each in row] == [machines[1].id]

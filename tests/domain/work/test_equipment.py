"""Equipment has a site, an owner and warranties, is in repair or not, and is retired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from domain.kernel.problem import BadInput
from domain.work.equipment import Equipment, EquipmentIsRetired, NotInRepair, NotInstalled, Status, Warranty
from tests.support.given_when_then import given, then

CUSTOMER, OTHER, SITE, ANNEX, ORDER = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()
Act = Callable[[Equipment], object]


def machine(*acts: Act) -> Equipment:
    return given(Equipment.register(id=uuid4(), model="HX-3", serial="S-1"), *acts)


def installed(it: Equipment) -> None:
    it.install(site=SITE, customer=CUSTOMER)


def in_repair(it: Equipment) -> None:
    it.take_in_repair(ORDER)


def first_year(it: Equipment) -> None:
    it.set_warranty(from_=date(2025, 1, 1), until=date(2025, 12, 31), terms="parts and labour")


DECISIONS: list[Act] = [
    installed,
    first_year,
    lambda it: it.move(ANNEX),
    lambda it: it.change_owner(OTHER),
    in_repair,
    lambda it: it.return_to_use(),
    lambda it: it.retire("lost"),
]


def test_a_machine_is_registered_before_it_stands_anywhere() -> None:
    it = Equipment.register(id=uuid4(), model="HX-3", serial="S-1", customer=CUSTOMER)

    assert then(it) == [("equipment.registered", {"model": "HX-3", "serial": "S-1", "customer": CUSTOMER})]
    assert it.status == Status.REGISTERED


def test_installing_says_where_it_stands_and_whose_it_is_once() -> None:
    it = machine()

    installed(it)
    installed(it)

    assert then(it) == [("equipment.installed", {"site": SITE, "customer": CUSTOMER})]
    assert it.status == Status.INSTALLED


def test_a_moved_machine_says_where_it_stood() -> None:
    it = machine(installed)

    it.move(SITE)
    it.move(ANNEX)

    assert then(it) == [("equipment.moved", {"site": ANNEX, "previous": SITE})]


def test_what_stands_nowhere_is_not_moved() -> None:
    with pytest.raises(NotInstalled):
        machine().move(ANNEX)


def test_a_change_of_owner_names_both() -> None:
    it = machine(installed)

    it.change_owner(CUSTOMER)
    it.change_owner(OTHER)

    assert then(it) == [("equipment.owner_changed", {"customer": OTHER, "previous": CUSTOMER})]


def test_a_machine_in_repair_returns_to_where_it_was() -> None:
    it = machine(installed)

    in_repair(it)
    in_repair(it)
    it.return_to_use(ORDER)

    assert then(it) == [
        ("equipment.taken_in_repair", {"work_order": ORDER}),
        ("equipment.returned", {"work_order": ORDER}),
    ]
    assert it.status == Status.INSTALLED


def test_a_machine_taken_in_repair_is_in_repair() -> None:
    assert machine(installed, in_repair).status == Status.IN_REPAIR


def test_a_machine_never_installed_returns_from_repair_as_registered() -> None:
    assert machine(in_repair, lambda it: it.return_to_use()).status == Status.REGISTERED


def test_installing_ends_a_repair() -> None:
    assert machine(in_repair, installed).status == Status.INSTALLED


def test_only_what_is_in_repair_returns() -> None:
    with pytest.raises(NotInRepair):
        machine(installed).return_to_use()


@pytest.mark.parametrize(
    ("day", "terms"),
    [
        (date(2024, 12, 31), None),
        (date(2025, 1, 1), "parts and labour"),
        (date(2025, 12, 31), "parts"),
        (date(2026, 12, 31), "parts"),
        (date(2027, 1, 1), None),
    ],
)
def test_a_fault_is_judged_by_the_terms_of_its_day_the_latest_set(day: date, terms: str | None) -> None:
    it = machine(
        first_year,
        lambda it: it.set_warranty(from_=date(2025, 12, 31), until=date(2026, 12, 31), terms="parts"),
    )

    found = it.warranty_on(day)

    assert (found and found.terms) == terms


def test_a_warranty_is_recorded_with_its_first_and_last_day() -> None:
    it = machine()

    first_year(it)

    fields = {"from_": date(2025, 1, 1), "until": date(2025, 12, 31), "terms": "parts and labour"}
    assert then(it) == [("equipment.warranty_set", fields)]
    assert it.warranties == [Warranty(**fields)]  # type: ignore[arg-type]


def test_a_warranty_does_not_end_before_it_begins() -> None:
    with pytest.raises(BadInput):
        machine().set_warranty(from_=date(2026, 1, 2), until=date(2026, 1, 1), terms="parts")


def test_why_it_is_retired_is_a_code_or_words_of_its_owner() -> None:
    known, strange = machine(installed), machine()

    known.retire("scrapped")
    strange.retire("Fell into the lake.")

    assert then(known) == [("equipment.retired", {"person": CUSTOMER, "reason": "scrapped"})]
    fields = {"person": strange.id, "reason": "other", "note": "Fell into the lake."}
    assert then(strange) == [("equipment.retired", fields)]


@pytest.mark.parametrize("decide", DECISIONS)
def test_a_retired_machine_takes_no_decision(decide: Act) -> None:
    it = machine(installed, lambda it: it.retire("replaced"))

    with pytest.raises(EquipmentIsRetired):
        decide(it)

    assert then(it) == []

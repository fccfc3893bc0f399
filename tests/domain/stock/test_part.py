"""A part keeps its number and unit; its names, its cost and what replaces it may change."""

from datetime import date
from uuid import uuid4

import pytest

from domain.kernel.money import Money
from domain.kernel.problem import BadInput
from domain.stock.part import Part, PartName, SupersedesItself
from tests.support.given_when_then import given, then

PUMP = (PartName("de", "Umwälzpumpe"), PartName("en", "Circulation pump"))


def pump() -> Part:
    return Part.register(id=uuid4(), number="P-100", names=PUMP, unit="pc", tracking="serial", criticality="V")


def test_a_registered_part_says_how_it_is_called_counted_and_tracked() -> None:
    fields = {"number": "P-100", "names": PUMP, "unit": "pc", "tracking": "serial", "criticality": "V", "gtins": ()}

    assert then(pump()) == [("part.registered", fields)]


@pytest.mark.parametrize(
    "names",
    [
        (),
        (PartName("de", "Pumpe"), PartName("de", "Umwälzpumpe")),
        (PartName("de", " "),),
        (PartName("German", "Pumpe"),),
    ],
)
def test_a_part_has_one_name_in_each_language(names: tuple[PartName, ...]) -> None:
    with pytest.raises(BadInput) as refusal:
        Part.register(id=uuid4(), number="P-100", names=names, unit="pc")

    assert refusal.value.errors[0]["pointer"] == "/names"


@pytest.mark.parametrize("gtin", ["96385074", "614141000036", "4006381333931", "10614141000415"])
def test_a_gtin_with_the_right_check_digit_is_taken(gtin: str) -> None:
    part = Part.register(id=uuid4(), number="P-100", names=PUMP, unit="pc", gtins=(gtin,))

    assert part.gtins == (gtin,)


@pytest.mark.parametrize("gtin", ["96385075", "4006381333930", "400638133393", "4006381333931 ", "٤٠٠٦٣٨١٣٣٣٩٣١", ""])
def test_a_gtin_with_a_wrong_check_digit_is_bad_input(gtin: str) -> None:
    with pytest.raises(BadInput):
        Part.register(id=uuid4(), number="P-100", names=PUMP, unit="pc", gtins=(gtin,))


def test_a_revision_says_all_that_may_change() -> None:
    part = given(pump())
    names = (PartName("en", "Pump"),)

    part.revise(names=names, tracking="serial", criticality=None, gtins=("96385074",))

    assert then(part) == [("part.revised", {"names": names, "tracking": "serial", "gtins": ("96385074",)})]


def test_a_revision_with_the_same_values_changes_nothing() -> None:
    part = given(pump())

    part.revise(names=PUMP, tracking="serial", criticality="V", gtins=())

    assert then(part) == []


def test_a_revision_cannot_take_the_last_name() -> None:
    with pytest.raises(BadInput):
        pump().revise(names=(), tracking="serial", criticality="V", gtins=())


def test_a_cost_holds_from_a_date_on() -> None:
    part = given(pump())

    part.set_cost(cost=Money(12950, "EUR"), from_=date(2026, 1, 1))

    assert then(part) == [("part.cost_set", {"cost": Money(12950, "EUR"), "from_": date(2026, 1, 1)})]


def test_a_unit_costs_what_holds_on_that_day() -> None:
    part = pump()

    for amount, start in ((300, date(2026, 3, 1)), (100, date(2026, 1, 1)), (350, date(2026, 3, 1))):
        part.set_cost(cost=Money(amount, "EUR"), from_=start)

    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [part.cost_on(day) for day in days] == [None, Money(100, "EUR"), Money(100, "EUR"), Money(350, "EUR")]


@pytest.mark.parametrize("cost", [Money(-1, "EUR"), Money(100, "euro"), Money(100, "eur")])
def test_a_cost_is_not_negative_and_has_a_currency(cost: Money) -> None:
    with pytest.raises(BadInput):
        pump().set_cost(cost=cost, from_=date(2026, 1, 1))


def test_a_part_is_superseded_by_another_part() -> None:
    part, newer = given(pump()), uuid4()

    part.supersede(newer)
    part.supersede(newer)

    assert then(part) == [("part.superseded", {"by": newer})]


def test_a_part_does_not_supersede_itself() -> None:
    part = pump()

    with pytest.raises(SupersedesItself):
        part.supersede(part.id)


def test_a_part_is_discontinued_once() -> None:
    part = given(pump())

    part.discontinue()
    part.discontinue()

    assert then(part) == [("part.discontinued", {})]
    assert part.is_discontinued()

"""The office moves stock along the routes of each kind of movement, and says what it was for."""

from decimal import Decimal
from typing import get_args
from uuid import UUID, uuid4

import pytest

from domain.kernel.problem import BadInput, Refused
from domain.stock import movement_rules as rule
from domain.stock.location import LocationKind
from domain.stock.movement import Movement, MovementKind, fits
from domain.stock.part import Tracking
from domain.stock.stock_movement import StockMovement
from tests.support.given_when_then import then

ANNA, CHIEF = uuid4(), uuid4()
SHELVES = ("warehouse", "van", "site", "quarantine")
PLACES: tuple[LocationKind, ...] = get_args(LocationKind)

ROUTES: dict[MovementKind, set[tuple[str, str]]] = {
    "receipt": {("supplier", "warehouse")},
    "transfer_out": {(shelf, "transit") for shelf in SHELVES},
    "transfer_in": {("transit", shelf) for shelf in SHELVES},
    "consumption": {(shelf, used) for shelf in ("van", "warehouse") for used in ("equipment", "customer")},
    "removal": {("equipment", "van"), ("equipment", "quarantine")},
    "return_in": {("customer", "quarantine")},
    "return_to_vendor": {("warehouse", "supplier"), ("quarantine", "supplier")},
    "scrap": {(place, "scrap") for place in (*SHELVES, "equipment")},
    "adjustment": {
        pair for place in PLACES if place != "unexplained" for pair in ((place, "unexplained"), ("unexplained", place))
    },
    "correction": {(one, other) for one in PLACES for other in PLACES},
}


def use(**named: object) -> Movement:
    made: Movement = {"kind": "consumption", "part": uuid4(), "quantity": Decimal(2), "from_": uuid4(), "to": uuid4()}
    return {**made, **named}  # type: ignore[typeddict-item]  # the test names the fields


def adjustment(**named: object) -> Movement:
    return use(**{"kind": "adjustment", "count": uuid4(), "approved_by": CHIEF, **named})


def consume(movement: Movement, tracking: Tracking = "none") -> StockMovement:
    return StockMovement.decide(id=uuid4(), from_kind="van", to_kind="equipment", tracking=tracking, **movement)


def adjust(movement: Movement, *caused_by: UUID) -> StockMovement:
    return StockMovement.decide(id=uuid4(), from_kind="van", to_kind="unexplained", caused_by=caused_by, **movement)


@pytest.mark.parametrize("kind", get_args(MovementKind))
def test_each_kind_of_movement_goes_its_own_ways_and_no_others(kind: MovementKind) -> None:
    ways = {(one, other) for one in PLACES for other in PLACES if fits(kind, one, other)}

    assert ways == ROUTES[kind]


def test_the_office_cannot_use_a_part_from_a_supplier() -> None:
    with pytest.raises(rule.WrongRoute, match="consumption does not go from supplier to equipment"):
        StockMovement.decide(id=uuid4(), from_kind="supplier", to_kind="equipment", **use(work_order=uuid4()))


@pytest.mark.parametrize("named", ["visit", "work_order"])
def test_a_consumption_names_a_visit_or_a_work_order(named: str) -> None:
    what = uuid4()

    assert then(consume(use(**{named: what})))[0][1][named] == what


def test_a_consumption_that_names_neither_is_refused() -> None:
    with pytest.raises(rule.WorkNotNamed):
        consume(use(customer=uuid4()))


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_scrap_needs_a_reason(reason: str | None) -> None:
    with pytest.raises(rule.ReasonNotNamed):
        StockMovement.decide(id=uuid4(), from_kind="van", to_kind="scrap", **use(kind="scrap", reason=reason))


def test_scrap_with_a_reason_is_moved() -> None:
    scrap = use(kind="scrap", reason="dropped")

    moved = StockMovement.decide(id=uuid4(), from_kind="van", to_kind="scrap", **scrap)

    assert then(moved)[0][1]["reason"] == "dropped"


@pytest.mark.parametrize(
    ("missing", "refusal"), [("corrects", rule.CorrectedNotNamed), ("reason", rule.ReasonNotNamed)]
)
def test_a_correction_names_what_it_corrects_and_why(missing: str, refusal: type[Refused]) -> None:
    correction = use(**{"kind": "correction", "corrects": uuid4(), "reason": "counted twice", missing: None})

    with pytest.raises(refusal):
        consume(correction)


@pytest.mark.parametrize("named", ["count", "discrepancy"])
def test_an_adjustment_names_a_count_or_a_discrepancy_and_an_approver(named: str) -> None:
    moved = adjust(adjustment(**{"count": None, named: uuid4()}), ANNA)

    assert then(moved)[0][1]["approved_by"] == CHIEF


def test_an_adjustment_without_a_count_or_discrepancy_is_refused() -> None:
    with pytest.raises(rule.CauseNotNamed):
        adjust(adjustment(count=None))


def test_an_adjustment_that_nobody_approved_is_refused() -> None:
    with pytest.raises(rule.ApproverNotNamed):
        adjust(adjustment(approved_by=None))


def test_an_adjustment_is_not_approved_by_who_counted_or_caused_it() -> None:
    with pytest.raises(rule.SettledByItsCause):
        adjust(adjustment(), ANNA, CHIEF)


@pytest.mark.parametrize("serials", [(), ("A1",), ("A1", "A1"), ("A1", "A2", "A3")])
def test_each_unit_of_a_serial_tracked_part_has_its_own_serial_number(serials: tuple[str, ...]) -> None:
    with pytest.raises(rule.SerialsDoNotMatch):
        consume(use(visit=uuid4(), serials=serials), "serial")


def test_serial_numbers_match_the_quantity_even_where_they_are_not_required() -> None:
    with pytest.raises(rule.SerialsDoNotMatch):
        consume(use(visit=uuid4(), serials=("A1",)))


def test_a_serial_tracked_part_with_all_its_serial_numbers_is_moved() -> None:
    moved = consume(use(visit=uuid4(), serials=("A1", "A2")), "serial")

    assert then(moved)[0][1]["serials"] == ("A1", "A2")


def test_a_lot_tracked_part_names_its_lot() -> None:
    with pytest.raises(rule.LotNotNamed):
        consume(use(visit=uuid4()), "lot")

    assert then(consume(use(visit=uuid4(), lot="L7"), "lot"))[0][1]["lot"] == "L7"


def test_a_decision_is_still_a_movement() -> None:
    with pytest.raises(BadInput):
        consume(use(visit=uuid4(), quantity=Decimal(0)))

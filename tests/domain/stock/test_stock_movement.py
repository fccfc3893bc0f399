"""A movement that happened is recorded as it was; a movement that the office makes obeys the rules of its kind."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.kernel.money import Money
from domain.kernel.problem import BadInput
from domain.stock.location import VIRTUAL
from domain.stock.movement import Movement
from domain.stock.stock_movement import StockMovement, correction_id
from tests.support.given_when_then import given, then

VAN, WAREHOUSE, BOILER, PUMP, ORDER = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()

USE: Movement = {"kind": "consumption", "part": PUMP, "quantity": Decimal(1), "from_": VAN, "to": BOILER}


def test_one_movement_is_one_event_under_the_id_it_was_given_where_it_happened() -> None:
    id_ = uuid4()
    use: Movement = {**USE, "work_order": ORDER, "cost": Money(12950, "EUR"), "billable": True}

    used = StockMovement.record(id=id_, **use)

    assert used.id == id_
    assert then(used) == [("stock.moved", {**use, "serials": ()})]


def test_a_fact_is_recorded_however_little_it_names() -> None:
    used = StockMovement.record(id=uuid4(), **USE)

    assert [topic for topic, _ in then(used)] == ["stock.moved"]


def test_a_fact_is_recorded_whatever_its_serial_numbers_say() -> None:
    use: Movement = {**USE, "serials": ("A1", "A1", "A2")}

    assert then(StockMovement.record(id=uuid4(), **use)) == [("stock.moved", dict(use))]


def test_a_fact_may_go_any_way() -> None:
    odd: Movement = {**USE, "kind": "receipt", "from_": VIRTUAL["scrap"], "to": VIRTUAL["supplier"]}

    assert then(StockMovement.record(id=uuid4(), **odd))[0][1]["kind"] == "receipt"


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_is_no_movement(quantity: str) -> None:
    nothing: Movement = {**USE, "quantity": Decimal(quantity)}

    with pytest.raises(BadInput) as refusal:
        StockMovement.record(id=uuid4(), **nothing)

    assert refusal.value.errors[0]["pointer"] == "/quantity"


def test_staying_where_it_is_is_no_movement() -> None:
    still: Movement = {**USE, "to": VAN}

    with pytest.raises(BadInput) as refusal:
        StockMovement.record(id=uuid4(), **still)

    assert refusal.value.errors[0]["pointer"] == "/to"


def test_a_reversal_takes_all_of_it_back_at_the_cost_it_was_made_with() -> None:
    use: Movement = {**USE, "serials": ("A1",), "lot": "L7", "cost": Money(500, "EUR"), "billable": True}
    used, approver = given(StockMovement.record(id=uuid4(), **use)), uuid4()

    back = used.reverse(id=correction_id(used.id), reason="wrong part scanned", approved_by=approver)

    turned = {"kind": "correction", "from_": BOILER, "to": VAN}
    because = {"reason": "wrong part scanned", "approved_by": approver, "corrects": used.id}
    assert then(back) == [("stock.moved", {**use, **turned, **because})]
    assert then(used) == []


def test_a_reversal_names_all_that_the_movement_was_for() -> None:
    use: Movement = {
        **USE,
        "work_order": uuid4(),
        "visit": uuid4(),
        "equipment": uuid4(),
        "customer": uuid4(),
        "case": uuid4(),
        "technician": uuid4(),
        "transfer": uuid4(),
        "count": uuid4(),
        "discrepancy": uuid4(),
        "po_line": uuid4(),
        "return_": uuid4(),
    }

    back = StockMovement.record(id=uuid4(), **use).reverse(id=uuid4(), reason="mistake")

    turned = {"kind": "correction", "from_": BOILER, "to": VAN}
    fields = then(back)[0][1]
    assert {name: fields[name] for name in use} == {**use, **turned}


def test_taking_a_movement_back_twice_is_the_same_correction() -> None:
    movement = UUID("0191cb40-11d2-7000-8f00-9d0f6b7c0001")

    assert correction_id(movement) == correction_id(movement)
    assert correction_id(movement) not in (movement, correction_id(uuid4()))

"""What a device moves and counts at somebody else's places, and names together though it does not belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.stock.location import Location
from domain.stock.stock_count import StockCount
from sync.outcome import Result
from tests.support.field_setup import Field, Phone, decide, save


def codes(result: Result) -> list[str]:
    return [notice["code"] if isinstance(notice, dict) else notice.code for notice in result.notices]


Json = dict[str, Any]
Data = Callable[[Field], Json]


def line(field: Field) -> Json:
    return {"location": str(field.van), "part": str(field.part), "quantity": "1"}


MOVES: dict[str, Data] = {
    "part_removed": lambda field: line(field) | {"reason": "defective"},
    "part_scrapped": lambda field: line(field) | {"reason": "defective"},
    "part_sent": lambda field: line(field) | {"counterparty": str(field.van)},
    "part_received": lambda field: line(field) | {"counterparty": str(field.van)},
    "stock_counted": line,
}


@pytest.mark.parametrize("move", MOVES)
def test_what_is_moved_or_counted_in_somebody_else_s_van_is_flagged(field: Field, other: Phone, move: str) -> None:
    """Issue 8, 8: Boris moves parts of Anna's van: recorded, and both see a notice."""
    result = other.result(other.operation(move, MOVES[move](field)))

    assert (result.status, codes(result)) == ("conflicted", ["foreign_van"])


def test_a_line_never_lands_on_the_count_of_another_place(field: Field, phone: Phone, other: Phone) -> None:
    """Issue 8, 8: nor does it need a count that is none (issue 8, 4)."""
    van = Location.register(id=uuid4(), kind="van", name="Van 2")
    van.take_custody(field.boris)
    save(field.log, van)
    count = str(uuid4())
    own = {"location": str(van.id), "part": str(field.part), "quantity": "3"}
    phone.result(phone.operation("stock_counted", line(field) | {"count": count}))

    results = [
        other.result(other.operation("stock_counted", own | {"count": named})) for named in (count, str(field.customer))
    ]

    assert [codes(result) for result in results] == [["reference_mismatch"]] * 2
    assert field.log.work().get(StockCount, UUID(count)).counters == (field.anna,)


def test_references_that_do_not_belong_together_are_flagged(field: Field, phone: Phone) -> None:
    """Issue 8, 16: a part used on an order in the visit of another one, words of one customer about another's order."""
    stranger = Customer.register(id=uuid4(), name="Wacholder")
    save(field.log, stranger)
    first, second = field.order(), field.order()
    used = field.use(first) | {"visit": str(field.visit(second))}
    spoke = {"customer": str(stranger.id), "work_order": str(first), "reason": "why", "summary": "what"}

    results = [phone.result(phone.operation("part_used", used)), phone.result(phone.operation("customer_spoke", spoke))]

    assert [(result.status, codes(result)) for result in results] == [("conflicted", ["reference_mismatch"])] * 2


def test_the_words_of_a_customer_who_was_merged_fit_the_order_of_the_entry_that_stays(
    field: Field, phone: Phone
) -> None:
    """Issue 8, 16: both entries are the same person."""
    twin = Customer.register(id=uuid4(), name="Kastanienbaum")
    save(field.log, twin)
    decide(field.log, Customer, twin.id, "merge", field.customer)
    spoke = {"customer": str(twin.id), "work_order": str(field.order()), "reason": "why", "summary": "what"}

    assert phone.result(phone.operation("customer_spoke", spoke)).status == "applied"

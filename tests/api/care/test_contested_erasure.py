"""Issue 8: of several texts under one operation id each is erased alone, with whomever it is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.work.work_order import WorkOrder
from store.erasure import Erasure
from tests.api.conftest import ApiClient
from tests.support.erasing import erased
from tests.support.field_setup import save
from tests.support.held_operations import Company, contest
from tests.support.photos import registered

Json = dict[str, Any]


class Two:
    """Two texts under one id, the first about one customer and the contest about another."""

    def __init__(self, company: Company, *, original: str) -> None:
        self.company, self.field = company, company.field
        self.orders = [self.order(), self.order()]
        company.order = str(self.orders[0].id)
        needs = [company.needed["id"]] if original == "held" else []
        if original == "quarantined":
            company.suspend(company.anna)
        self.first = company.note(company.anna, "the original", needs=needs)
        assert company.anna.result(self.first).status == original
        company.order = str(self.orders[1].id)
        contest(company, company.second, self.first)
        company.api.catch_up()

    def order(self) -> WorkOrder:
        """A work order of Anna for a new customer."""
        order = WorkOrder.open(id=uuid4(), number=f"W-{uuid4()}", customer=registered(self.company.api).id)
        order.assign(self.field.anna)
        save(self.company.log, order)
        return order

    def erase(self, which: int) -> None:
        """Forget the customer of one of the texts, after the office has decided what it has decided."""
        log = self.company.log
        erased(log, self.orders[which].customer)
        Erasure(log).catch_up()
        Erasure(log).catch_up()

    def readable(self) -> list[bool]:
        """Which of the texts that were put aside can be read, the first put aside first."""
        found = self.company.log.held_or_quarantined(UUID(self.first["id"]))
        return [event.data.body is not None for event in found]


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


@pytest.mark.parametrize("original", ["held", "quarantined"])
@pytest.mark.parametrize("which", [0, 1])
def test_erasing_the_customer_of_one_text_leaves_the_other(company: Company, original: str, which: int) -> None:
    """Issue 8: neither too much nor too little."""
    two = Two(company, original=original)

    two.erase(which)

    assert two.readable() == [which != 0, which != 1]


def test_a_contest_of_what_was_recorded_about_somebody_erased_stays(company: Company) -> None:
    """Issue 8: the id that both have leads to the events of the other."""
    two = Two(company, original="applied")

    two.erase(0)
    assert two.readable() == [True]
    two.erase(1)
    assert two.readable() == [False]


def test_what_came_of_a_contest_does_not_take_the_original_with_it(company: Company) -> None:
    """Issue 8: the same when the office has released the contest, and its events have the id of the original."""
    two = Two(company, original="held")
    path = f"/api/v1/operations/{two.first['id']}"
    position = company.operations()[1]["text_position"]
    assert company.api.post(f"{path}/release", {"text_position": position}).status_code == 200

    two.erase(1)

    assert two.readable() == [True, False]
    company.arrive()
    assert company.settle(times=2) == 1


def test_a_later_contest_is_kept_although_the_text_before_it_was_erased(company: Company) -> None:
    """Issue 8: a key that was destroyed under the id takes nothing with it that comes later."""
    two = Two(company, original="held")
    two.erase(0)

    contest(company, company.boris, two.first, "a third text")

    assert two.readable() == [False, True, True]

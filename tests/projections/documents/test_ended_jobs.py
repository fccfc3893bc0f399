"""The documents of a phone when work orders have ended or customers were merged."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from projections.documents.documents import Documents
from tests.support.jobs import ANNA, Office
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def office(projected: ProjectedLog) -> Office:
    return Office(projected)


@pytest.mark.parametrize("end", ["closed", "cancelled"])
@pytest.mark.parametrize("together", [True, False])
def test_a_phone_hears_how_an_order_and_its_visits_have_ended(
    projected: ProjectedLog, office: Office, end: str, *, together: bool
) -> None:
    """Issue 9, 6: the phone is told that they are cancelled, or closed and done."""
    anna, order = Phone(projected, ANNA), office.order()
    done, planned = office.visit(order), office.visit(order)
    done.record_done(ANNA)
    projected.record(done)
    anna.pull()
    if end == "closed":
        order.complete(fixed="yes")
        order.close()
    else:
        order.cancel("They moved away")
    planned.cancel("They moved away", ended_with="work_order_cancelled" if end == "cancelled" else "work_order_closed")
    if together:
        projected.record(order, planned)
    else:
        projected.record(order)
        projected.record(planned)

    heard = {change["id"]: (change["gone"], change["status"]) for change in anna.pull()}

    assert heard == {
        str(order.id): ("closed", end),
        str(done.id): ("closed", "done"),
        str(planned.id): ("closed", "cancelled"),
    }
    projected.check_rebuild()


def test_a_job_shows_the_details_of_the_entry_that_stays(projected: ProjectedLog) -> None:
    """Issue 9, 6: documents follow merges, in a chain, and change with the entry that stays."""
    first, second, third = (
        Customer.register(id=uuid4(), name=name, phones=(number,))
        for name, number in (("Old", "1"), ("Other", "2"), ("New", "3"))
    )
    projected.record(first, second, third)
    office = Office(projected)
    order = office.order(customer=first.id)
    anna = Phone(projected, ANNA)

    def customer() -> tuple[str, str]:
        anna.pull()
        shown = anna.has("work_order")[str(order.id)]["customer"]
        return shown["id"], shown["name"]

    seen = [customer()]
    first.merge(second.id)
    projected.record(first)
    seen.append(customer())
    second.merge(third.id)
    projected.record(second)
    seen.append(customer())
    third.change(name="Newest")
    projected.record(third)
    seen.append(customer())

    assert seen == [
        (str(first.id), "Old"),
        (str(second.id), "Other"),
        (str(third.id), "New"),
        (str(third.id), "Newest"),
    ]
    projected.check_rebuild()

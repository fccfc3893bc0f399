"""Facts never widen a slice: no operation of a device gives a technician a work order; only the office does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.work.visit import Visit
from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, Office
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def office(projected: ProjectedLog) -> Office:
    return Office(projected)


def accept(projected: ProjectedLog, visit: Visit) -> None:
    """Boris's device says that he goes, as devices said it before the log noted who was asked."""
    visit.record_accepted(BORIS)
    projected.record(visit, device=uuid4(), device_seq=1, operation_id=uuid4())


@pytest.mark.parametrize("of_anna", [True, False])
def test_accepting_a_visit_that_was_planned_for_nobody_brings_nothing(
    projected: ProjectedLog, office: Office, *, of_anna: bool
) -> None:
    """Issue 8, 9."""
    boris = Phone(projected, BORIS)
    accept(projected, office.visit(office.order(ANNA if of_anna else None), None))

    boris.pull()

    assert {kind for kind, _ in boris.documents} <= {"discrepancy"}  # that his own telling does not fit
    projected.check_rebuild()


def test_accepting_a_visit_that_somebody_has_declined_brings_nothing(projected: ProjectedLog, office: Office) -> None:
    """Issue 8, 9: that it had been given to another helper gives it to no stranger."""
    boris = Phone(projected, BORIS)
    visit = office.visit(office.order(None), ANNA)
    visit.decline(technician=ANNA)
    projected.record(visit)
    accept(projected, visit)

    boris.pull()

    assert boris.documents == {}


def test_a_visit_that_a_device_asked_for_is_no_help_once_the_order_is_somebody_else_s(
    projected: ProjectedLog, office: Office
) -> None:
    """Issue 8, 9: also when the office was faster than the device by a moment."""
    boris, order = Phone(projected, BORIS), office.order(ANNA)
    visit = Visit.plan(
        id=uuid4(),
        work_order=order.id,
        customer=office.customer.id,
        technician=BORIS,
        window_start=NOON,
        window_end=NOON + timedelta(hours=2),
        zone="Europe/Berlin",
    )
    projected.record(visit, device=uuid4(), device_seq=1, operation_id=uuid4())

    boris.pull()

    assert boris.documents == {}


def test_the_office_may_say_who_has_accepted(projected: ProjectedLog, office: Office) -> None:
    """Issue 8, 9: whoever telephones with the office is given the visit by it."""
    boris, visit = Phone(projected, BORIS), office.visit(office.order(), None)
    visit.record_accepted(BORIS)
    projected.record(visit)

    boris.pull()

    assert sorted(kind for kind, _ in boris.documents) == ["visit", "work_order"]

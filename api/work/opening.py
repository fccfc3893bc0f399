"""Opening a work order: for a customer or for their case, at one of their sites."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.care.known_customer import in_use, still_there
from api.http.belonging import must_be_of, must_have_site
from api.http.services import services
from domain.care.case import Case
from domain.kernel.problem import BadInput, Refused
from domain.recording.unit_of_work import Work
from domain.work.equipment import Equipment
from domain.work.work_order import WorkOrder
from store.merged import one_customer


class CaseOfSomebodyElse(Refused):
    """The case is another customer's; name that customer, or the right case."""


def open_work_order(id: UUID, work: Work, said: dict[str, Any]) -> tuple[WorkOrder, tuple[Case, ...]]:
    """The work order, and the case it is for, which goes on with it; raises a `Problem` for what cannot be."""
    case = work.get(Case, said["case"]) if "case" in said else None
    customer = in_use(work, _customer(said)) if case is None else still_there(work, _whose(work, said, case))
    if "site" in said:
        must_have_site(work, customer, said["site"])
    if "equipment" in said:
        must_be_of(work, "machine", work.get(Equipment, said["equipment"]).customer, customer.id)
    number = said.get("number")
    if number is None:
        number = services().log.next_work_order_number()
        work.made.add(number)
    order = WorkOrder.open(id=id, **said | {"number": number, "customer": customer.id})
    if case is None:
        return order, ()
    case.start_work(id)
    return order, (case,)


def _whose(work: Work, said: dict[str, Any], case: Case) -> UUID:
    if said.get("customer") is not None and not one_customer(work, said["customer"], case.customer):
        raise CaseOfSomebodyElse
    return case.customer


def _customer(said: dict[str, Any]) -> UUID:
    customer: UUID | None = said.get("customer")
    if customer is None:
        detail = "Say whose it is, or which case it is for."
        raise BadInput(detail, errors=[{"pointer": "/customer", "detail": detail}])
    return customer

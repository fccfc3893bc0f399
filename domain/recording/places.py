"""The zones of places: of a work order's site, and of the place of a movement, whose day decides its cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from domain.care.customer import Customer
from domain.kernel.local_time import local_day
from domain.recording.merged import MOST_STEPS
from domain.recording.unit_of_work import Work
from domain.stock.location import Location
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder

SiteOwner = Callable[[UUID], UUID | None]
"""A function from a site to its customer."""


def zone_of_order(work: Work, order: WorkOrder, *, otherwise: str, owner: SiteOwner = lambda _: None) -> str:
    """The zone of the site of the work, else of the customer, else `otherwise`."""
    whose = None if order.site is None else work.find(Customer, owner(order.site))
    if whose is not None:
        return whose.zone_at(order.site) or otherwise
    customer: UUID | None = order.customer
    found = []
    for _ in range(MOST_STEPS):
        entry = work.find(Customer, customer)
        if entry is None:
            break
        if order.site is not None and entry.has_site(order.site):
            return entry.zone_at(order.site) or otherwise
        found.append(entry.zone_at(None))
        customer = entry.merged_into
    return next((zone for zone in found if zone is not None), otherwise)


def day_of_stock(work: Work, instant: datetime, *places: UUID | None, otherwise: str, owner: SiteOwner) -> date:
    """The day of a movement at the place of the stock, which decides the cost; virtual locations have no day.

    It is the day in the own zone of the first of these places that has one, that of its site, or that of the technician
    who has the van; `otherwise` where none has.
    """
    zones = (_zone_of(work, place, owner) for place in places)
    return local_day(instant, next((zone for zone in zones if zone is not None), otherwise))


def _zone_of(work: Work, place: UUID | None, owner: SiteOwner) -> str | None:
    location = work.find(Location, place)
    if location is None or location.zone is not None:
        return None if location is None else location.zone
    if location.site is not None:
        customer = work.find(Customer, owner(location.site))
        return None if customer is None else customer.zone_at(location.site)
    custodian = work.find(Technician, location.custodian)
    return None if custodian is None else custodian.zone

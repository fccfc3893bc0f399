"""The steps before the week begins: technicians, vans, parts, stock and customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from callout.demo.catalogue import ITEMS, Item
from callout.demo.customers import HOUSEHOLDS, Household
from callout.demo.people import FITTERS, WAREHOUSES, Fitter
from callout.demo.steps import ZONE, Ask, Calendar, Did, Step, Sync, id_of

_EVENING, _MORNING = "17:00", "06:30"
_COST_SINCE = timedelta(days=60)


def founding(calendar: Calendar) -> Iterator[Step]:
    """The steps of the evening before day 0, and of loading the vans on its morning."""
    evening = calendar.at(0, _EVENING, -24 * 60)
    for slug, name in WAREHOUSES:
        warehouse = {"id": id_of(f"place:{slug}"), "kind": "warehouse", "name": name}
        yield Ask(evening, "keeper", "locations", warehouse, f"place:{slug}")
    for fitter in FITTERS:
        yield from _hired(fitter, calendar)
    for item in ITEMS:
        yield from _bought(item, calendar)
    for household in HOUSEHOLDS:
        yield from _known(household, calendar)
    for fitter in FITTERS:
        yield Sync(calendar.at(0, _MORNING, 20), fitter.slug)


def _hired(fitter: Fitter, calendar: Calendar) -> Iterator[Step]:
    at, person, van = calendar.at(0, _EVENING, -24 * 60), id_of(f"fitter:{fitter.slug}"), id_of(f"van:{fitter.slug}")
    body = {"id": person, "name": fitter.name, "zone": ZONE, "language": "de", "user": id_of(f"user:{fitter.slug}")}
    yield Ask(at, "dispatcher", "technicians", body, f"fitter:{fitter.slug}")
    yield Ask(at, "keeper", "locations", {"id": van, "kind": "van", "name": fitter.van}, f"van:{fitter.slug}")
    yield Ask(at, "dispatcher", f"technicians/{person}/assign-van", {"location": van}, f"custody:{fitter.slug}")


def _bought(item: Item, calendar: Calendar) -> Iterator[Step]:
    at, morning = calendar.at(0, _EVENING, -24 * 60), calendar.at(0, _MORNING)
    part = id_of(f"part:{item.number}")
    names = [{"language": "en", "text": item.name}, {"language": "de", "text": item.german}]
    body = {"id": part, "number": item.number, "names": names, "unit": item.unit, "tracking": item.tracking}
    yield Ask(at, "keeper", "parts", body | {"criticality": item.criticality}, f"part:{item.number}")
    cost = {"cost": {"amount": item.cents, "currency": "EUR"}, "from": str(calendar.today - _COST_SINCE)}
    yield Ask(at, "keeper", f"parts/{part}/set-cost", cost, f"cost:{item.number}")
    if item.bought:
        receipt: dict[str, Any] = {
            "kind": "receipt",
            "part": part,
            "quantity": str(item.bought),
            "to": id_of("place:main"),
        }
        serials = [f"{item.number}-{number:04d}" for number in range(1, item.bought + 1)]
        receipt |= {"serials": serials} if item.tracking == "serial" else {}
        yield Ask(at, "keeper", "stock-movements", receipt, f"bought:{item.number}")
    for fitter in FITTERS if item.van else ():
        yield from loaded(item.number, item.van, fitter.slug, morning)


def loaded(number: str, quantity: int, fitter: str, at: datetime, again: str = "") -> Iterator[Step]:
    """The steps that move a part from the main store into a van: the keeper sends it, the technician receives it."""
    part, transfer = id_of(f"part:{number}"), id_of(f"transfer:{number}:{fitter}{again}")
    body = {"part": part, "quantity": str(quantity), "transfer": transfer}
    handed_out = {"kind": "transfer_out", "from": id_of("place:main"), **body}
    yield Ask(at, "keeper", "stock-movements", handed_out, f"handed out:{number}:{fitter}{again}")
    taken_in = {"location": id_of(f"van:{fitter}"), "counterparty": id_of("place:main"), "serials": [], **body}
    yield Did(at + timedelta(minutes=15), fitter, "part_received", taken_in)


def _known(household: Household, calendar: Calendar) -> Iterator[Step]:
    at, customer = calendar.at(0, _EVENING, -24 * 60 + 30), id_of(f"customer:{household.slug}")
    body = {"id": customer, "name": household.name, "phones": [household.phone], "language": household.language}
    yield Ask(at, "agent", "customers", body, f"customer:{household.slug}")
    for number, address in enumerate(household.sites):
        site = {"site": id_of(f"site:{household.slug}:{number}"), "zone": ZONE, "address": address}
        site |= {"access_notes": household.access} if household.access else {}
        yield Ask(at, "agent", f"customers/{customer}/add-site", site, f"site:{household.slug}:{number}")
    for number, (model, serial) in enumerate(household.machines):
        machine = id_of(f"machine:{household.slug}:{number}")
        body = {"id": machine, "model": model, "serial": serial}
        yield Ask(at, "agent", "equipment", body, f"machine:{household.slug}:{number}")
        place = {"site": id_of(f"site:{household.slug}:0"), "customer": customer}
        yield Ask(at, "agent", f"equipment/{machine}/install", place, f"installed:{household.slug}:{number}")

"""The document of a work order: all that a technician needs to know of it offline."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from projections.care.customer_rows import SITES
from projections.care.merges import surviving_entry
from projections.documents.entry import Body
from projections.documents.repairs import latest
from projections.documents.slices import newest_visits, slice_of
from projections.engine.fact_lists import SHOWN
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.work.equipment import EQUIPMENT
from projections.work.visit_row import VISITS
from projections.work.work_order_row import WORK_ORDERS

REPAIRS = 5
"""The number of earlier repairs of the same machine that are shown."""

_SAME = ("id", "number", "status", "problem", "priority", "technician", "hold_reason", "opened_at", "finished_at")
_COUNTED = ("parts_required", "parts_used", "notes", "labour", "photos")
_USED = ("part", "quantity", "returned", "location", "serials", "serials_count", "lot", "technician", "at")
_VISIT = ("id", "technician", "status", "window_start", "window_end")


def body(rows: Rows, id: str) -> Body | None:
    """The order with its customer, site, machine, visits, parts, notes, times, diagnosis and outcome.

    Of a list with more than `SHOWN` entries it has the newest, and the number of all beside it.
    """
    order = rows.get(WORK_ORDERS, UUID(id))
    if order is None:
        return None
    customer = surviving_entry(rows, order["customer"])
    fields = {name: order[name] for name in _SAME} | {
        "case": order["case_id"],
        "customer": _customer(order, customer),
        "site": _site(rows, order, customer),
        "parts_required": _facts(order["parts_required"], "part", "quantity", "why", "at"),
        "parts_used": _facts(order["parts_used"], *_USED),
        "notes": _facts(order["notes"], "text", "at"),
        "labour": _facts(order["labour"], "minutes", "kind", "technician", "at"),
        "photos": _facts(order["photos"], "sha256", "size", "media_type", "at"),
        "outcomes": _facts(order["completions"], "outcome", "technician", "fixed", "remedy", "reason", "note", "at"),
        "visits": _visits(rows, order),
    }
    fields |= {f"{name}_count": number for name, number in _numbers(rows, order) if number > SHOWN}
    if order["diagnosis"] is not None:
        [fields["diagnosis"]] = _facts([order["diagnosis"]], "problem", "cause", "remedy", "note", "at")
    if order["equipment"] is not None:
        fields["equipment"] = _equipment(rows, order)
    return fields


def _numbers(rows: Rows, order: Row) -> Iterator[tuple[str, int]]:
    """The number of all entries of each list."""
    yield from ((name, order["counts"].get(name, 0)) for name in _COUNTED)
    yield "outcomes", order["counts"].get("completions", 0)
    yield "visits", slice_of(rows, order)["visits"]


def _facts(facts: list[Row], *names: str) -> list[Body]:
    return [{name: fact[name] for name in names if name in fact} for fact in facts]


def _visits(rows: Rows, order: Row) -> list[Body]:
    ids = newest_visits(rows, order["id"], SHOWN)
    rows.preload((VISITS, (id,)) for id in ids)
    visits = [visit for id in ids if (visit := rows.get(VISITS, id)) is not None]
    return [{name: visit[name] for name in _VISIT} for visit in visits]


def _customer(order: Row, customer: Row | None) -> Body:
    known = customer or {"name": None, "phones": None, "email": None, "language": None}
    fields = {name: known[name] for name in ("name", "email", "language")}
    return {"id": known.get("id", order["customer"]), "phones": known["phones"] or [], **fields}


def _site(rows: Rows, order: Row, customer: Row | None) -> Body:
    """Where to go; without a site the zone is the customer's own."""
    site = None if order["site"] is None else rows.get(SITES, order["site"])
    if site is None:
        return {"id": order["site"], "address": None, "access_notes": None, "zone": customer and customer["zone"]}
    return {name: site[name] for name in ("id", "address", "access_notes", "zone")}


def _equipment(rows: Rows, order: Row) -> Body:
    machine = rows.get(EQUIPMENT, order["equipment"]) or {"model": None, "serial": None, "warranties": []}
    fields = {name: machine[name] for name in ("model", "serial", "warranties")}
    return {"id": order["equipment"], **fields, "repairs": _repairs(rows, order)}


def _repairs(rows: Rows, order: Row) -> list[Body]:
    """The last repairs of this machine under other orders, latest first; codes and parts without personal texts."""
    ids = latest(rows, order["equipment"], order["id"], REPAIRS)
    rows.preload((WORK_ORDERS, (id,)) for id in ids)
    return [_repair(repair) for id in ids if (repair := rows.get(WORK_ORDERS, id)) is not None]


def _repair(order: Row) -> Body:
    found = _facts([order["diagnosis"] or {}], "problem", "cause", "remedy")
    ended = _facts(order["completions"][-1:], "outcome", "fixed", "remedy", "reason")
    return {
        "work_order": order["id"],
        "number": order["number"],
        "finished_at": order["finished_at"],
        "diagnosis": found[0] or None,
        "outcome": ended[0] if ended else None,
        "parts_used": _facts(order["parts_used"], "part", "quantity"),
    }

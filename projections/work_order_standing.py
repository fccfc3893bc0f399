"""Where a work order stands: read off the few facts that decide it, however many there are."""

from __future__ import annotations

from typing import Any

from domain.instant import recorded_instant
from domain.work_order_status import Status
from domain.work_order_status import standing as unhindered
from projections.projection import Rows
from projections.table import Row
from projections.work_order_facts import FACTS
from projections.work_order_uses import first_standing

_ENDS = {"work_order.closed": Status.CLOSED, "work_order.cancelled": Status.CANCELLED}
_OUTCOMES = {"work_order.completed": Status.COMPLETED, "work_order.cannot_complete": Status.CANNOT_COMPLETE}


def standing(rows: Rows, row: Row) -> Row:
    """What follows from an order's facts; an order that was ended stays ended.

    The last outcome holds until the work is reopened. From then on, or from the beginning where there was no outcome,
    it is on hold if the last that was said about holding is that, and otherwise as far as it was begun and assigned:
    a beginning or a hold from before does not matter, nor how many there were.
    """
    order = row["id"]
    outcome = FACTS.last(rows, order, "outcome")
    reopened = None if outcome is None else FACTS.first(rows, order, "reopened", behind=outcome)
    status, held = Status.UNSCHEDULED, None
    if outcome is not None and reopened is None:
        status = _OUTCOMES[outcome["what"]]
    else:
        held = _held(rows, row, reopened)
        status = Status.ON_HOLD if held is not None else _unhindered(rows, row, reopened)
    end = FACTS.first(rows, order, "end")
    if end is not None:
        status, held = _ENDS[end["what"]], None
    return {
        "status": status.value,
        "hold_reason": held["reason"] if held else None,
        "hold_note": held["note"] if held else None,
        "diagnosis": FACTS.last(rows, order, "diagnoses"),
        "started_at": _instant(_begun(rows, row, None)),
        "finished_at": _instant(outcome if reopened is None else None),
        "closed_at": _instant(end),
    }


def _held(rows: Rows, row: Row, since: Row | None) -> Row | None:
    """The hold that nothing has ended since."""
    last = FACTS.last(rows, row["id"], "hold")
    if last is None or last["what"] != "work_order.held":
        return None
    return last if since is None or FACTS.is_behind(last, since) else None


def _unhindered(rows: Rows, row: Row, since: Row | None) -> Status:
    begun = _begun(rows, row, since) is not None
    return unhindered(begun=begun, assigned=FACTS.first(rows, row["id"], "assigned") is not None)


def _begun(rows: Rows, row: Row, since: Row | None) -> Row | None:
    """What first said that the work has begun since then: a fact, or a part that was used."""
    said = FACTS.first(rows, row["id"], "begin", behind=since), first_standing(rows, row["id"], behind=since)
    return min((each for each in said if each is not None), key=lambda each: str(each["at"]), default=None)


def _instant(fact: Row | None) -> Any:
    return recorded_instant(fact["at"]) if fact else None

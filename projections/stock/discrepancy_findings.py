"""Findings about a subject: the events that do not fit, in the order of occurrence."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity
from domain.recording.recorded import Recorded
from domain.stock.discrepancy_kinds import CLOCK_TROUBLES, OF_SERIALS, RULES, DiscrepancyKind
from domain.stock.unit_misfits import UNIT_MISFITS
from domain.work.late_work import LATE_WORK
from domain.work.work_order import WorkOrder
from projections.engine.facts import occurrence_key
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.stock import discrepancy_causes as causes
from projections.stock.below_zero import MOST_EVENTS, MOST_LINES, below_zero
from projections.stock.discrepancies_of_units import look_at_lot, look_at_units
from projections.stock.discrepancy_row import Found, Subject
from projections.stock.discrepancy_subjects import CORRECTIONS
from projections.stock.double_uses import double_uses
from projections.stock.parts import PARTS
from projections.stock.serials import SERIALS
from projections.stock.stock import STOCK
from projections.stock.stock_lines import AFTER_ANCHOR, LINES
from projections.work.work_order_facts import FACTS

_NOTHING = Found([])


def look(subject: Subject, event: Recorded, rows: Rows) -> Found:
    """The current finding about a subject, this event included."""
    return LOOK[subject.kind](subject, event, rows)


def _negative_book(subject: Subject, event: Recorded, rows: Rows) -> Found:
    """The movements that took more than there was, since the book last fell below zero.

    Where that was before the last `MOST_LINES` movements, since the first movement after the count.
    """
    location, part = subject.refs
    row = rows.get(STOCK, location, part)
    if row is None or row["on_hand"] >= 0:
        return _NOTHING
    lines = rows.span(LINES, AFTER_ANCHOR, (location, part, True), limit=MOST_LINES, last=True)[::-1]
    first, took, is_older = below_zero(row["on_hand"], lines)
    detail = RULES[subject.kind].text.format(on_hand=format_quantity(row["on_hand"]))
    if is_older and len(lines) == MOST_LINES:
        [first] = rows.span(LINES, AFTER_ANCHOR, (location, part, True), limit=1)
    fell_at = first["occurred_at"] if first else event.occurred_at
    return Found(took, format_instant(fell_at), detail)


def _double_use(subject: Subject, _: Recorded, rows: Rows) -> Found:
    order, part = subject.refs
    found = double_uses(rows, order, part, MOST_EVENTS)
    if found is None:
        return _NOTHING
    since, uses = found
    events = [_cause(use["fact"]) | {"stream": use["fact"]["movement"]} for use in uses]
    return Found(events, format_instant(since), RULES[subject.kind].text)


def _completed_twice(subject: Subject, _: Recorded, rows: Rows) -> Found:
    """Several reports of the same completion; the office's completion after a report confirms that one.

    Only the last `MOST_EVENTS` reports are searched.
    """
    steps, reported = _reports(rows, subject.refs[0])
    events: list[Row] = []
    since: list[str] = []
    reports: list[Row] = []
    for each in [*steps, None]:
        if each is None or each.get("what") == WorkOrder.Reopened.TOPIC:
            if len(reports) > 1:
                events += reports
                since.append(reports[1]["at"])
            reports = []
        elif each["device"] or not any(earlier in reported for earlier in reports):
            reports.append(each)
    detail = RULES[subject.kind].text
    return Found([_cause(each) for each in events][:MOST_EVENTS], since[0], detail) if events else _NOTHING


def _reports(rows: Rows, order: UUID) -> tuple[list[Row], list[Row]]:
    """The completions and reopenings of an order in order, and those reported by technicians without the order."""
    found = {name: FACTS.newest(rows, order, name, MOST_EVENTS) for name in ("completions", "reported", "reopened")}
    cut = max((occurrence_key(facts[0]) for facts in found.values() if len(facts) == MOST_EVENTS), default=("", ""))
    again = found.pop("reopened")
    completed = [each for facts in found.values() for each in facts if each["outcome"] == "completed"]
    steps = sorted([*completed, *again], key=occurrence_key)
    return [each for each in steps if occurrence_key(each) >= cut], found["reported"]


def _late_work(subject: Subject, event: Recorded, rows: Rows) -> Found:
    if event.topic in CORRECTIONS:
        causes.remove(rows, subject.id, operation=event.data.operation)
    elif getattr(event.data, "corrects", None) is not None:
        causes.remove(rows, subject.id, stream=event.data.corrects)
    else:
        causes.add(rows, subject.id, event)
    return _since_first(causes.first(rows, subject.id, MOST_EVENTS), RULES[subject.kind].text)


def _unknown_part(subject: Subject, event: Recorded, rows: Rows) -> Found:
    if rows.get(PARTS, subject.refs[0]) is not None:
        return _NOTHING
    return _with(subject, event, rows, RULES[subject.kind].text)


def _clock_suspect(subject: Subject, event: Recorded, rows: Rows) -> Found:
    trouble = CLOCK_TROUBLES["behind" if event.envelope.clock == "behind" else "ahead"]
    return _with(subject, event, rows, RULES[subject.kind].text.format(trouble=trouble))


def _of_serial(subject: Subject, _: Recorded, rows: Rows) -> Found:
    """The contradictions among the claims of a unit, as found by the view of serials.

    For a unit that is elsewhere both sides of each contradiction: the claim that put it in one place, and the claim
    that took it from another.
    """
    row = rows.get(SERIALS, subject.refs[0], subject.serial)
    misfit = row and row["misfits"].get(subject.kind)
    if not row or not misfit:
        return _NOTHING
    claims = (row["claims"][place] for place in misfit["claims"])
    detail = RULES[subject.kind].text.format(serial=subject.serial)
    return Found([_cause(claim) | {"stream": claim["stream"]} for claim in claims], misfit["since"], detail)


def _with(subject: Subject, event: Recorded, rows: Rows, detail: str) -> Found:
    """The causes with this event added."""
    causes.add(rows, subject.id, event)
    return _since_first(causes.first(rows, subject.id, MOST_EVENTS), detail)


def _since_first(events: list[Row], detail: str) -> Found:
    return Found(events, events[0]["at"], detail) if events else _NOTHING


def _cause(fact: Row) -> Row:
    return {name: fact[name] for name in ("at", "device", "operation", "position")} | {"stream": None}


LOOK: dict[DiscrepancyKind, Callable[[Subject, Recorded, Rows], Found]] = {
    "negative_book": _negative_book,
    "unknown_part": _unknown_part,
    "possible_double_use": _double_use,
    "duplicate_completion": _completed_twice,
    **dict.fromkeys(LATE_WORK, _late_work),
    "clock_suspect": _clock_suspect,
    **dict.fromkeys(OF_SERIALS, _of_serial),
    "lot_short": look_at_lot,
    **dict.fromkeys(UNIT_MISFITS, look_at_units),
}

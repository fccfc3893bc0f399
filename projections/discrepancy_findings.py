"""What is found about a subject: the events that do not fit, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations

from domain.instant import format_instant, parse_instant
from domain.quantity import format_quantity
from projections.discrepancy_row import Found, Subject
from projections.discrepancy_subjects import CORRECTIONS
from projections.facts import happened, placed, told
from projections.parts import PARTS
from projections.projection import Rows
from projections.serials import SERIALS
from projections.serials_claims import Walk, walk
from projections.stock import STOCK, anchor_of
from projections.stock_lines import LINES, is_after, moment_in
from projections.table import Row
from projections.work_orders import WORK_ORDERS
from store.recorded import Recorded

MOST_EVENTS = 100
"""As many causes are kept as somebody may want to look at: the first ones."""

DOUBLE_USE_WINDOW = timedelta(hours=4)

_NOTHING = Found([])


def look(subject: Subject, event: Recorded, rows: Rows, before: Row | None) -> Found:
    """What there is to be found about a subject now, given what was found `before` this event."""
    known = before["events"] if before else []
    return _LOOK[subject.kind](subject, event, rows, known)


def _negative_book(subject: Subject, event: Recorded, rows: Rows, _: list[Row]) -> Found:
    """The movements that took more than there was, since the book last fell below zero."""
    location, part = subject.refs
    row = rows.get(STOCK, location, part)
    if row is None or row["on_hand"] >= 0:
        return _NOTHING
    lines = rows.where(LINES, location=location, part=part)
    if row["anchor_occurred_at"] is not None:
        lines = [line for line in lines if is_after(moment_in(line), anchor_of(row))]
    lines.sort(key=lambda line: (line["occurred_at"], line["device_seq"] or 0, line["movement"]))
    reached, since = row["on_hand"], len(lines)
    while since > 0 and reached < 0:  # walked backwards: what is below zero now has been since some movement
        since -= 1
        reached -= lines[since]["quantity"]
    causes = [_line(line) for line in lines[since:] if line["quantity"] < 0]
    detail = f"By the books there are {format_quantity(row['on_hand'])}, which cannot be."
    fell_at = lines[since]["occurred_at"] if lines else event.occurred_at
    return Found(causes[:MOST_EVENTS], format_instant(fell_at), detail)


def _line(line: Row) -> Row:
    return {
        "at": format_instant(line["occurred_at"]),
        "device": str(line["device"]) if line["device"] else None,
        "operation": None,
        "position": line["position"],
        "stream": str(line["movement"]),
    }


def _double_use(subject: Subject, _: Recorded, rows: Rows, __: list[Row]) -> Found:
    order, part = rows.get(WORK_ORDERS, subject.refs[0]), str(subject.refs[1])
    uses = [use for use in (order["parts_used"] if order else ()) if use["part"] == part and use["device"]]
    pairs = [
        (one, other)
        for one, other in combinations(uses, 2)
        if one["device"] != other["device"]
        and parse_instant(other["at"]) - parse_instant(one["at"]) <= DOUBLE_USE_WINDOW
    ]
    if not pairs:
        return _NOTHING
    movements = {use["movement"] for pair in pairs for use in pair}
    causes = [_cause(use) | {"stream": use["movement"]} for use in uses if use["movement"] in movements]
    detail = "Two devices say within four hours that they used this part on this order."
    return Found(causes[:MOST_EVENTS], min(other["at"] for _, other in pairs), detail)


def _completed_twice(subject: Subject, _: Recorded, rows: Rows, __: list[Row]) -> Found:
    """More than one telling of the same completion; what the office says after a report confirms that one."""
    order = rows.get(WORK_ORDERS, subject.refs[0])
    if order is None:
        return _NOTHING
    again = [step for step in order["steps"] if step["what"] == "work_order.reopened"]
    tellings = [each for each in (*order["completions"], *order["reported"]) if each["outcome"] == "completed"]
    causes: list[Row] = []
    since: list[str] = []
    told_so_far: list[Row] = []
    for each in [*sorted([*tellings, *again], key=happened), None]:
        if each is None or each in again:
            if len(told_so_far) > 1:
                causes += told_so_far
                since.append(told_so_far[1]["at"])
            told_so_far = []
        elif each["device"] or not any(earlier in order["reported"] for earlier in told_so_far):
            told_so_far.append(each)
    detail = "The work was said to be done more than once."
    return Found([_cause(each) for each in causes][:MOST_EVENTS], since[0], detail) if causes else _NOTHING


def _late_work(subject: Subject, event: Recorded, _: Rows, known: list[Row]) -> Found:
    if event.topic in CORRECTIONS:
        left = [each for each in known if each["operation"] != str(event.data.operation)]
    elif getattr(event.data, "corrects", None) is not None:
        left = [each for each in known if each["stream"] != str(event.data.corrects)]
    else:
        left = _with(known, event)
    called_off = subject.kind == "work_after_cancel"
    why = "The order had been cancelled" if called_off else "The order had been given to somebody else"
    return _since_first(left, f"{why} when this arrived.")


def _unknown_part(subject: Subject, event: Recorded, rows: Rows, known: list[Row]) -> Found:
    if rows.get(PARTS, subject.refs[0]) is not None:
        return _NOTHING
    return _since_first(_with(known, event), "A part was moved that is not in the catalogue.")


def _clock_suspect(_: Subject, event: Recorded, __: Rows, known: list[Row]) -> Found:
    return _since_first(_with(known, event), "The device's clock was ahead: it told of what had not happened yet.")


def _serial_elsewhere(subject: Subject, _: Recorded, rows: Rows, __: list[Row]) -> Found:
    """Both sides of each contradiction: what put it somewhere, and what took it from somewhere else."""
    pairs = _walked(subject, rows).elsewhere
    causes = {claim["stream"]: _cause(claim) | {"stream": claim["stream"]} for pair in pairs for claim in pair}
    detail = f"Serial number {subject.serial} was taken from a place where, by the movements before, it was not."
    return Found([*causes.values()][:MOST_EVENTS], pairs[0][1]["at"], detail) if pairs else _NOTHING


def _serial_unknown(subject: Subject, _: Recorded, rows: Rows, __: list[Row]) -> Found:
    causes = [_cause(claim) | {"stream": claim["stream"]} for claim in _walked(subject, rows).unknown]
    return _since_first(causes, f"Serial number {subject.serial} was taken from a place that it had never come to.")


def _walked(subject: Subject, rows: Rows) -> Walk:
    row = rows.get(SERIALS, subject.refs[0], subject.serial)
    return walk(row["claims"] if row and row["tracked"] else [], rows)


def _with(known: list[Row], event: Recorded) -> list[Row]:
    """The causes with this event, one an operation."""
    cause = told(event, stream=event.stream)
    if cause["operation"] and any(each["operation"] == cause["operation"] for each in known):
        return known
    return placed(known, cause)[:MOST_EVENTS]


def _since_first(causes: list[Row], detail: str) -> Found:
    return Found(causes, causes[0]["at"], detail) if causes else _NOTHING


def _cause(fact: Row) -> Row:
    return {name: fact[name] for name in ("at", "device", "operation", "position")} | {"stream": None}


_LOOK: dict[str, Callable[[Subject, Recorded, Rows, list[Row]], Found]] = {
    "negative_book": _negative_book,
    "unknown_part": _unknown_part,
    "possible_double_use": _double_use,
    "duplicate_completion": _completed_twice,
    "work_after_reassignment": _late_work,
    "work_after_cancel": _late_work,
    "clock_suspect": _clock_suspect,
    "serial_elsewhere": _serial_elsewhere,
    "serial_unknown": _serial_unknown,
}

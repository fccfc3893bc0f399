"""Notices in the results of operations: their codes and texts. The one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from domain.stock import discrepancy_kinds

NOTICES: Final[dict[str, dict[str, str]]] = {
    **{code: {"": text} for code, text in discrepancy_kinds.NOTICES.items()},
    "clock_suspect": {
        "ahead": "The device says that this happened in the future.",
        "behind": "The device says that this happened before what its author had read or done already.",
    },
    "before_it_was_there": {"": "It says that it happened before the {kind} was there."},
    "earlier_plan": {"": "The visit has been rescheduled or given to somebody else since."},
    "details_clash": {"": "Somebody else has changed the {field} meanwhile; both values are kept."},
    "foreign_visit": {"": "The office has not given this visit to its technician."},
    "foreign_van": {"": "The van is in the custody of somebody else."},
    "reference_mismatch": {
        "visit": "The visit is for another work order.",
        "work_order": "The work order is another customer's.",
        "count": "This is no count of that location; the line is a count of its own.",
    },
    "needs_missing": {"": "What it needed had not arrived within 72 hours."},
}
"""For each code its texts by case, `""` where there is only one; `{…}` stands for a value without personal data."""


class Notice(msgspec.Struct, frozen=True):
    """Something that does not fit: a code, a sentence without personal data, and ids by kind."""

    code: str
    detail: str
    refs: dict[str, str] = {}


def notice(
    code: str,
    refs: Mapping[str, object] = MappingProxyType({}),
    *,
    case: str = "",
    values: Mapping[str, str] = MappingProxyType({}),
) -> Notice:
    """The notice with a code of `NOTICES` and the text of its `case`, with these `values`; `refs` are ids by kind."""
    detail = NOTICES[code][case].format_map(values)
    return Notice(code, detail, {kind: str(id) for kind, id in refs.items()})


def mismatch(kind: str, stream: object) -> Notice:
    """The notice that an operation names this `visit`, `work_order` or `count`, which belongs to something else."""
    return notice("reference_mismatch", {kind: stream}, case=kind)

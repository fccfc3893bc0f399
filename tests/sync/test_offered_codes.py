"""Issue 10, 5: each code that phones are offered is kept as that code, and not as `other` with words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from projections.documents.kinds.code_list import LISTS
from store.log import EventLog
from tests.support.field_setup import Field, Phone
from tests.support.logs import log_on, records

SAID_IN: dict[str, tuple[str, str]] = {
    "problem": ("diagnosed", "problem"),
    "cause": ("diagnosed", "cause"),
    "remedy": ("diagnosed", "remedy"),
    "fixed": ("work_completed", "fixed"),
    "labour": ("labour_recorded", "kind"),
    "visit_not_done": ("visit_not_done", "reason"),
    "cannot_complete": ("cannot_complete", "reason"),
    "part_removed": ("part_removed", "reason"),
    "part_scrapped": ("part_scrapped", "reason"),
}
"""By list, the operation that says such a code, and as which member."""

ONLY_SHOWN = {"hold"}
"""Lists of codes that no operation says."""


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def other_members(field: Field, name: str) -> dict[str, Any]:
    """What such an operation says besides."""
    order = field.order()
    if name == "visit_not_done":
        return {"visit": str(field.visit(order))}
    if name.startswith("part_"):
        return field.use(order)
    more: dict[str, dict[str, Any]] = {
        "diagnosed": {"problem": "dead", "cause": "wear", "remedy": "reset"},
        "labour_recorded": {"minutes": 5},
    }
    return more.get(name, {}) | {"work_order": str(order)}


def test_every_list_of_codes_is_known_here() -> None:
    assert SAID_IN.keys() | ONLY_SHOWN == LISTS.keys()


@pytest.mark.parametrize("name", SAID_IN)
def test_each_code_that_is_offered_is_kept_as_that_code(log: EventLog, name: str) -> None:
    """Issue 10, 5: `used_up` became `other`."""
    field = Field(log)
    phone = Phone(log, field.anna)
    operation, member = SAID_IN[name]
    codes = LISTS[name]

    results = phone.send(
        *(phone.operation(operation, other_members(field, operation) | {member: code}) for code in codes)
    ).results

    assert {result.status for result in results} == {"applied"}
    kept = {event["position"]: event["body"] for event in map(orjson.loads, records(log))}
    bodies = [kept[result.positions[0]] for result in results]
    assert [body["data"][member] for body in bodies] == list(codes)
    assert [body.get("personal") for body in bodies] == [None] * len(codes)

"""Issue 8, 4 and 6: an operation that is too large is kept as it came, and nothing that it references is looked up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.access.device_limits import MOST_OPERATION_BYTES
from store.log import EventLog
from store.operations import Operations
from sync.envelope import parse_push
from sync.operation import parse_operation
from sync.salvage import Salvage
from tests.support.field_setup import NOON, Field, Phone
from tests.support.logs import read

MANY = 20_000


def large(phone: Phone, order: UUID) -> dict[str, Any]:
    """A note that names many things, needs one, and has nearly a megabyte."""
    data = {"work_order": str(order), "text": "x", "see": [str(uuid4()) for _ in range(MANY)]}
    return phone.operation("note_added", data, needs=[str(uuid4())])


@pytest.mark.parametrize("salvaged", [False, True])
def test_what_it_names_is_not_looked_up(
    field: Field, phone: Phone, monkeypatch: pytest.MonkeyPatch, *, salvaged: bool
) -> None:
    """Issue 8, 4: 26,000 references in one question, and as many in the event and in its row."""
    operation = large(phone, field.order())
    history, load, sizes = Operations.history, EventLog.load, list[int]()

    def counted(self: Operations, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Any:
        sizes.append(len(ids))
        return history(self, device, incarnation, ids, numbers)

    def loaded(self: EventLog, streams: Collection[UUID]) -> Any:
        sizes.append(len(list(streams)))
        return load(self, streams)

    monkeypatch.setattr(Operations, "history", counted)
    monkeypatch.setattr(EventLog, "load", loaded)
    if salvaged:
        push = {"incarnation": 1, "now": NOON.isoformat(), "operations": [operation]}
        Salvage(phone.arrival).reply(phone.who(), orjson.dumps(push), None, NOON)
    else:
        assert phone.result(operation).status == "quarantined"

    assert max(sizes) <= 3
    data = read(field.log)[-1].data
    assert (data.refs, orjson.loads(data.body)) == ((), operation)


def test_it_needs_nothing_and_is_the_same_operation(field: Field, phone: Phone) -> None:
    operation = orjson.dumps(large(phone, field.order()))
    assert len(operation) > MOST_OPERATION_BYTES

    parsed = parse_operation(operation)

    assert (parsed.data, parsed.needs, parsed.references()) == (None, (), set())
    assert parsed.text.encode() == operation
    assert parsed.fault is not None


def test_an_empty_group_is_none(field: Field, phone: Phone) -> None:
    """A sibling: those with an empty name of a group were decided one by one when they came and as one when held."""
    operations = [phone.operation("note_added", {"work_order": str(field.order()), "text": "x"}, group="")]
    push = orjson.dumps({"incarnation": 1, "now": NOON.isoformat(), "operations": operations})

    assert parse_push(push).operations[0].group is None

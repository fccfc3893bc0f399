"""Issue 8, 4: salvage and release let through what can be recorded, and say what cannot."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.envelope import Envelope
from store.answers import UnrecordableError
from store.log import EventLog
from sync.envelope import parse_push
from sync.release import release
from sync.salvage import Salvage
from tests.support.field import NOON, Field, Phone
from tests.support.logs import read
from tests.support.poison import brittle, note, poisoned

OFFICE = Envelope(occurred_at=NOON, role="dispatcher", operation_id=uuid4())


def test_salvage_and_release_of_it(field: Field, phone: Phone) -> None:
    order = field.order()
    bad = phone.operation("part_used", field.use(order), id=str(field.customer))
    push = {"incarnation": 1, "now": NOON.isoformat(), "operations": [bad, note(phone, order)]}

    Salvage(phone.arrival).reply(phone.who(), orjson_of(push), None, NOON)

    assert [event.topic for event in read(field.log)][-2:] == ["device.operation_quarantined"] * 2
    with pytest.raises(UnrecordableError):
        field.log.attempt(lambda: _release(field.log, field.customer))


def _release(log: EventLog, operation: UUID) -> None:
    work = log.work()
    release(log, work, operation, OFFICE)
    work.commit()


def orjson_of(push: dict[str, Any]) -> bytes:
    """The bytes of a push that can be read."""
    body = orjson.dumps(push)
    assert parse_push(body).operations
    return body


def test_salvage_keeps_what_can_be_kept(field: Field, phone: Phone) -> None:
    order = field.order()
    push = {"incarnation": 1, "now": NOON.isoformat()}
    operations = [note(phone, order), poisoned(field, phone, order)]

    with brittle():
        body = orjson_of(push | {"operations": operations})
        reply = Salvage(phone.arrival).reply(phone.who(), body, None, NOON)

    assert reply.count(b'"quarantined"') == 2

"""Events come back as they went in, old shapes are brought up to date, and what would not round-trip is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.money import Money
from store.log import EventLog
from store.mapper import BodyMapper, NotRoundTrippingError
from tests.support.logs import log_on


class Mood(StrEnum):
    GOOD = "good"


class Sample(Entity):
    """Has a field of every kind that events have."""

    TOPIC: ClassVar[str] = "sample"

    class Taken(Begun):
        TOPIC: ClassVar[str] = "sample.taken"
        class_version: ClassVar[int] = 3
        text: str
        from_: UUID
        at: datetime
        quantity: Decimal
        price: Money | None
        mood: Mood
        many: tuple[UUID, ...] = ()
        words: Personal = None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Version 1 called the text `title`."""
            state["text"] = state.pop("title")

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            """Version 2 knew no mood."""
            state["mood"] = "good"

    @event(Taken)
    def __init__(self, text: str) -> None:
        self.text = text


GIVEN: dict[str, Any] = {
    "text": "Zoë \x00 \u2028",
    "from_": uuid4(),
    "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=1))),
    "quantity": Decimal("2.500"),
    "price": Money(12, "EUR"),
    "mood": Mood.GOOD,
    "many": (uuid4(), uuid4()),
    "words": "call me Ishmael",
}


@pytest.fixture
def mapper(database: str) -> Iterator[BodyMapper]:
    with log_on(database) as log:
        yield log.body_mapper


def taken(**change: Any) -> Any:
    return Sample.begin(Sample.Taken, id=uuid4(), **{**GIVEN, **change}).pending_events[0]


def test_every_kind_of_field_comes_back(mapper: BodyMapper) -> None:
    stored = mapper.to_stored_event(taken())
    again: Any = mapper.to_domain_event(stored)
    assert {name: getattr(again, name) for name in GIVEN} == GIVEN
    assert again.at.tzinfo == UTC
    assert b"Ishmael" not in stored.state


@pytest.mark.parametrize(
    "change",
    [
        {"text": 5},
        {"text": None},
        {"at": datetime(2026, 1, 2)},  # noqa: DTZ001 - naive is the case
        {"quantity": 2.5},
        {"quantity": Decimal("NaN")},
        {"many": [uuid4()]},
        {"many": ("x",)},
        {"mood": "bad"},
        {"price": {"amount": 1}},
        {"text": "\ud800"},
    ],
)
def test_what_would_not_come_back_as_it_is_is_refused_before_it_is_written(
    mapper: BodyMapper, change: dict[str, Any]
) -> None:
    with pytest.raises(NotRoundTrippingError):
        mapper.to_stored_event(taken(**change))


def test_an_event_of_an_old_version_is_brought_up_to_date_step_by_step(mapper: BodyMapper) -> None:
    data = {"title": "old", "from": str(uuid4()), "at": "2026-01-02T03:04:05.000006Z", "quantity": "1", "price": None}
    old = msgspec.json.encode({"data": data, "schema": 1})
    again: Any = mapper.to_domain_event(StoredEvent(uuid4(), 1, "sample.taken", old))
    assert (again.text, again.mood, again.quantity, again.many) == ("old", Mood.GOOD, Decimal(1), ())
    assert again.mutate(None).text == "old"


def test_words_sealed_for_another_field_do_not_open(database: str) -> None:
    with log_on(database) as log:
        stored = log.body_mapper.to_stored_event(taken())
        body = msgspec.json.decode(stored.state)
        body["personal"]["sealed"] = {"words": _other_seal(log)}
        forged = StoredEvent(stored.originator_id, 1, "sample.taken", msgspec.json.encode(body))
        again: Any = log.body_mapper.to_domain_event(forged)
    assert again.words is None


def _other_seal(log: EventLog) -> str:
    body = msgspec.json.decode(log.body_mapper.to_stored_event(taken(words="of somebody else")).state)
    sealed: str = body["personal"]["sealed"]["words"]
    return sealed

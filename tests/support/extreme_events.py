"""Events at the limits of what the log accepts, made of every event class there is: a new one joins by itself."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from random import Random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import CanInitAggregate
from eventsourcing.utils import get_topic

from domain.kernel.aggregate import PERSONAL, Entity
from domain.kernel.envelope import Envelope
from domain.stock.location import Location
from domain.topics import ENTITIES, EVENT_CLASSES, events_of
from domain.work.visit import Visit
from tests.support.given_when_then import OF_THE_LIBRARY

MOST = 2**53 - 1
"""The largest integer that canonical JSON holds."""
QUANTITIES = (Decimal("999999999999.999999"), Decimal(999999999999), Decimal("0.000001"))
INSTANTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
DAYS = (date(1, 1, 1), date(9999, 12, 31))
LETTERS = ("\0", "\x1f", "\x7f", "\ufffe", "\u2028", "\U0010ffff", '"', "\\", "'", "ß", "{", "%")
CHOSEN: dict[str, Any] = {"fields": tuple[Literal["name", "phones", "email", "language", "zone"], ...]}
"""Fields whose type is wider than the values that the domain puts into them."""
LASTING: dict[type[Entity], tuple[str, ...]] = {Visit: ("work_order",)}
"""Fields that every event of a stream repeats from its first; `tests/domain/work/test_lasting.py` proves it."""
CODE, WORDS = 200, 8_000
"""The most characters that codes and personal texts have in requests that are accepted."""


class Extremes:
    """Makes random events, the same ones for the same seed.

    Ids are drawn from a few, so that events meet each other's streams and rows.
    """

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)
        self._ids = [self._id() for _ in range(6)]
        self._versions: dict[UUID, int] = {}
        self._had: dict[tuple[UUID, str], Any] = {}
        self._lasting: dict[UUID, dict[str, Any]] = {}
        self._streams: dict[type[Entity], list[UUID]] = {kind: [] for kind in ENTITIES}
        self._of_kind = {str(kind.TOPIC): streams for kind, streams in self._streams.items()}  # type: ignore[attr-defined]

    def every(self) -> list[Any]:
        """One event of each class, those that begin a stream first."""
        beginning = {topic: kind for topic, kind in EVENT_CLASSES.items() if issubclass(kind, CanInitAggregate)}
        topics = [*beginning, *(topic for topic in EVENT_CLASSES if topic not in beginning)]
        return [self.event(topic) for topic in topics]

    def event(self, topic: str) -> Any:
        """An event of this topic, of a stream of its own or as the next one of a stream of its kind."""
        kind = EVENT_CLASSES[topic]
        entity = next(each for each in ENTITIES if topic in events_of(each))
        hints = get_type_hints(kind, include_extras=True)
        own = [each for each in dataclasses.fields(kind) if each.name not in OF_THE_LIBRARY]
        state = {each.name: self._named(each.name, CHOSEN.get(each.name, hints[each.name])) for each in own}
        if state.get(kind.PERSON, ...) is None:  # type: ignore[attr-defined]
            state[kind.PERSON] = self._dice.choice(self._ids)  # type: ignore[attr-defined]  # words are somebody's
        if topic == "customer.site_added":
            state["site"] = self._id()  # a site is one customer's
        state["timestamp"] = INSTANTS[2]
        if issubclass(kind, CanInitAggregate):
            stream = self._id()
            self._streams[entity].append(stream)
            self._ids.append(stream)
            self._lasting[stream] = {name: state[name] for name in LASTING.get(entity, ())}
            state["originator_topic"] = get_topic(entity)
        else:
            stream = self._dice.choice(self._streams[entity])
            state |= self._lasting[stream]
        if "previous" in state and (now := next((name for name in ("technician", "location") if name in state), None)):
            state["previous"] = self._had.get((stream, topic))
            self._had[stream, topic] = state[now]
        self._versions[stream] = self._versions.get(stream, 0) + 1
        return kind(originator_id=stream, originator_version=self._versions[stream], **state)

    def envelope(self) -> Envelope:
        """An envelope with instants and numbers at their limits, of a device or of nobody.

        What the office asks for may be refused when it is recorded: a key that nobody can see, or that is taken.
        """
        device = self._dice.choice((None, *self._ids))
        return Envelope(
            occurred_at=self._dice.choice(INSTANTS),
            zone="Pacific/Kiritimati",
            actor=None if device is None else self._dice.choice((None, *self._ids)),
            role=None if device is None else "technician",
            device=device,
            device_seq=None if device is None else self._dice.choice((1, MOST)),
            incarnation=None if device is None else self._dice.choice((None, 1, 2**31 - 1)),
            operation_id=self._id() if device is not None else None,
            seen_position=self._dice.choice((None, 0, MOST)),
            claimed_at=self._dice.choice((None, *INSTANTS)),
        )

    def _id(self) -> UUID:
        return UUID(int=self._dice.getrandbits(128), version=4)

    def _named(self, name: str, hint: Any) -> Any:
        """A value of a field; one that is named after a kind of entity is mostly the id of such a one.

        An operation is one of one device, so each is another one.
        """
        if name == "operation":
            return self._id()
        streams = self._streams[Location] if name in ("from_", "to") else self._of_kind.get(name, [])
        if streams and UUID in (hint, *get_args(hint)) and self._dice.random() < 0.8:
            return self._dice.choice(streams)
        return self._value(hint)

    def _value(self, hint: Any) -> Any:  # noqa: PLR0911 - one line a type
        personal = get_origin(hint) is Annotated and PERSONAL in get_args(hint)
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        if get_origin(hint) in (Union, UnionType):
            [inner] = [each for each in get_args(hint) if each is not NoneType]
            return None if self._dice.random() < 0.2 else self._value(Annotated[inner, PERSONAL] if personal else inner)
        if get_origin(hint) is Literal:
            return self._dice.choice(get_args(hint))
        if get_origin(hint) is tuple:
            return tuple(self._value(get_args(hint)[0]) for _ in range(self._dice.choice((0, 1, 5))))
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return self._dice.choice(list(hint))
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return hint(**{name: self._value(each) for name, each in get_type_hints(hint).items()})
        if hint is str:
            return self._text(WORDS if personal else CODE)
        return self._dice.choice(_LIMITS[hint] if hint is not UUID else self._ids)

    def _text(self, most: int) -> str:
        length = self._dice.choice((0, 1, most))
        return "".join(
            self._dice.choice((*LETTERS, chr(self._dice.randrange(0x10000, 0x30000)))) for _ in range(length)
        )


_LIMITS: dict[Any, tuple[Any, ...]] = {
    int: (-MOST, 0, MOST),
    bool: (False, True),
    datetime: INSTANTS,
    date: DAYS,
    Decimal: QUANTITIES,
}

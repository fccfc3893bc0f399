"""The history of events, filtered by stream, topic, actor, device and both times; it reads the log itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypedDict, Unpack
from uuid import UUID

from domain.topics import EVENT_CLASSES
from projections.engine.reader import Reader


class EventRow(TypedDict):
    """What stands beside the record of an event: where it stands, what it is, when it was told, and by whom."""

    position: int
    stream: UUID
    version: int
    topic: str
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID | None
    device: UUID | None
    device_seq: int | None
    operation_id: UUID | None
    correlation_id: UUID | None


class EventRecord(EventRow):
    """An event with its record: the canonical text as it is hashed, personal words sealed."""

    record: str


_FIELDS: Final = ", ".join(EventRow.__annotations__)


class Asked(TypedDict, total=False):
    """The filters; absent ones and None do not matter. `topic` is one topic (`stock.moved`) or a noun (`stock`).

    `notice` is the code of a notice that a device received: the first event of each operation with it.
    Instants are aware: from the first (included) until the second (excluded) of each pair.
    """

    stream: UUID | None
    topic: str | None
    actor: UUID | None
    device: UUID | None
    operation: UUID | None
    correlation: UUID | None
    occurred_from: datetime | None
    occurred_to: datetime | None
    recorded_from: datetime | None
    recorded_to: datetime | None
    notice: str | None


_WITH_NOTICE: Final = """
          AND position IN (
              SELECT first_position FROM log.operations
              WHERE status = 'conflicted' AND first_position > %(after)s
                AND strpos(answer, '"code":"' || %(notice)s || '"') > 0
          )"""


def history(reader: Reader, *, limit: int, after: int | None = None, **asked: Unpack[Asked]) -> list[EventRow]:
    """At most `limit` events in the order of the log, after the position `after`, as far as the views are."""
    with_notice = _WITH_NOTICE if asked.get("notice") else ""
    known = dict.fromkeys(Asked.__annotations__) | asked | {"topics": _topics(asked.get("topic"))}
    return reader.rows(
        EventRow,
        f"""
        SELECT {_FIELDS} FROM log.events
        WHERE position > %(after)s AND position <= %(through)s
          AND (%(stream)s IS NULL OR stream = %(stream)s)
          AND (%(topics)s IS NULL OR topic = ANY(%(topics)s))
          AND (%(actor)s IS NULL OR actor = %(actor)s)
          AND (%(device)s IS NULL OR device = %(device)s)
          AND (%(operation)s IS NULL OR operation_id = %(operation)s)
          AND (%(correlation)s IS NULL OR correlation_id = %(correlation)s)
          AND (%(occurred_from)s IS NULL OR occurred_at >= %(occurred_from)s)
          AND (%(occurred_to)s IS NULL OR occurred_at < %(occurred_to)s)
          AND (%(recorded_from)s IS NULL OR recorded_at >= %(recorded_from)s)
          AND (%(recorded_to)s IS NULL OR recorded_at < %(recorded_to)s){with_notice}
        ORDER BY position
        LIMIT %(limit)s
        """,  # noqa: S608 - the conditions are constants above
        known | {"after": after or 0, "through": reader.position, "limit": limit},
    )


def _topics(topic: str | None) -> list[str] | None:
    return None if topic is None else [each for each in EVENT_CLASSES if each == topic or each.startswith(f"{topic}.")]


def event(reader: Reader, position: int) -> EventRecord | None:
    """One event with its `record`: the canonical text as it is hashed, personal data sealed."""
    return reader.row(
        EventRecord,
        f"SELECT {_FIELDS}, record FROM log.events WHERE position = %s AND position <= %s",  # noqa: S608 - see above
        (position, reader.position),
    )

"""Operations that were held or quarantined, and how one is decided again: unchanged, with its own time and device."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.access.device import Device
from domain.access.device_status import NotWaiting, SeveralTexts
from domain.kernel.envelope import Envelope
from domain.kernel.problem import NotFound, Refused
from domain.recording.answers import DECIDED, Answer, KeptText
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from sync.clock import suspicions
from sync.decide import Arrived
from sync.operation import Operation, parse_operation, raw_of
from sync.ports import Log


class TextIsErased(Refused):
    """The operation's text has been erased; there is nothing left to process."""


class Undecided(NamedTuple):
    """An operation that waits for a decision: its device, and the event that holds its text."""

    device: Device
    event: Recorded


def undecided(log: Log, work: Work, operation: UUID, position: int | None = None) -> Undecided:
    """The operation that waits under an id, or the one of several whose text was recorded at this position.

    Raises `NotFound` when none was held or quarantined under the id (at the position), `NotWaiting` when it has been
    decided, and `SeveralTexts`, with `texts` that name them, when a position is needed.
    """
    found = log.held_or_quarantined(operation, position)
    if not found:
        raise NotFound(f"No operation {operation} has been held or quarantined.")
    work.preload({event.stream for event in found})
    waiting = [
        Undecided(device, event)
        for event in found
        if (device := work.find(Device, event.stream)) is not None and event.version in device.undecided(operation)
    ]
    if not waiting:
        raise NotWaiting
    if len(waiting) > 1:
        raise SeveralTexts(texts=[_named(one.event) for one in waiting])
    return waiting[0]


def reopen(event: Recorded, causation_id: UUID | None) -> Arrived:
    """The operation as it arrived, from the event that holds its text; raises `TextIsErased`.

    `causation_id` is the operation that its events will name as their cause.
    """
    if event.data.body is None:
        raise TextIsErased
    envelope = Envelope(**{name: getattr(event.envelope, name) for name in Envelope.__struct_fields__})
    operation = _operation_of(event)
    envelope = msgspec.structs.replace(envelope, causation_id=causation_id)
    needs = getattr(event.data, "needs", ())
    return Arrived(operation, envelope, suspicions(envelope), needs=needs, text_version=event.version)


def reopen_if_kept(text: KeptText) -> Arrived | None:
    """The operation as it arrived, caused by itself; `None` once its text has been erased."""
    try:
        return reopen(text.event, text.event.data.operation)
    except TextIsErased:
        return None


def content_hash_of(log: Log, event: Recorded) -> str:
    """The hash of the content of a held or quarantined operation: of its text or, once that is erased, of its answer.

    One that was quarantined after it was held has its answer at the version at which it was held.
    """
    if event.data.body is not None:
        return _operation_of(event).content_hash
    answered_at = getattr(event.data, "text_version", None) or event.version
    [kept] = log.texts(event.stream, [answered_at])
    return kept.content_hash


def decision_answer(event: Recorded, content_hash: str, status: str, **payload: object) -> Answer:
    """The answer about a held or quarantined text, to be stored with its effect; a second one for it is refused.

    `payload` may hold `notices` and `problem`.
    """
    return Answer(
        id=event.data.operation,
        content_hash=content_hash,
        status=status,
        answer=msgspec.json.encode({"notices": [], "problem": None} | payload).decode(),
        device=event.stream,
        incarnation=DECIDED,
        seq=event.version,
        original=False,
    )


def _operation_of(event: Recorded) -> Operation:
    return parse_operation(raw_of(event.data.body, getattr(event.data, "encoding", "utf-8")))


def _named(event: Recorded) -> dict[str, object]:
    """The members by which the office distinguishes a text from others under its id."""
    return {
        "text_position": event.position,
        "device": str(event.stream),
        "incarnation": event.envelope.incarnation,
        "seq": event.data.seq,
    }

"""Operations that were put aside and are decided again: as they came, with their own time and device."""

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
    """The operation's text has been erased; there is nothing left to take in."""


class Undecided(NamedTuple):
    """A text that waits for a decision: its device, and the event that holds it."""

    device: Device
    event: Recorded


def undecided(log: Log, work: Work, operation: UUID, position: int | None = None) -> Undecided:
    """The text that waits under an id, or the one of several that was put aside at this position.

    Raises `NotFound` when nothing was put aside under the id (at the position), `NotWaiting` when somebody has decided
    about it, and `SeveralTexts`, with `texts` that name them, when it takes a position to say which.
    """
    found = log.put_aside(operation, position)
    if not found:
        raise NotFound(f"No operation {operation} has been put aside.")
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


def again(put_aside: Recorded, because_of: UUID | None) -> Arrived:
    """The operation as it came, its later events caused by a decision; raises `TextIsErased`."""
    if put_aside.data.body is None:
        raise TextIsErased
    envelope = Envelope(**{name: getattr(put_aside.envelope, name) for name in Envelope.__struct_fields__})
    operation = _operation_of(put_aside)
    envelope = msgspec.structs.replace(envelope, causation_id=because_of)
    needs = getattr(put_aside.data, "needs", ())
    return Arrived(operation, envelope, suspicions(envelope), needs=needs, text_version=put_aside.version)


def again_if_kept(text: KeptText) -> Arrived | None:
    """The operation as it came, decided because of itself; `None` once its text has been erased."""
    try:
        return again(text.event, text.event.data.operation)
    except TextIsErased:
        return None


def content_hash_of(log: Log, put_aside: Recorded) -> str:
    """The hash of the content of an operation that was put aside: of its text or, once that is erased, as answered.

    What was held first and put aside when it was decided was answered when it was held.
    """
    if put_aside.data.body is not None:
        return _operation_of(put_aside).content_hash
    answered_at = getattr(put_aside.data, "text_version", None) or put_aside.version
    [kept] = log.texts(put_aside.stream, [answered_at])
    return kept.content_hash


def decided(put_aside: Recorded, content_hash: str, status: str, **said: object) -> Answer:
    """What became of a text that was put aside, as it is stored with its effect: once, whoever decides."""
    return Answer(
        id=put_aside.data.operation,
        content_hash=content_hash,
        status=status,
        answer=msgspec.json.encode({"notices": [], "problem": None} | said).decode(),
        device=put_aside.stream,
        incarnation=DECIDED,
        seq=put_aside.version,
        original=False,
    )


def _operation_of(put_aside: Recorded) -> Operation:
    return parse_operation(raw_of(put_aside.data.body, getattr(put_aside.data, "encoding", "utf-8")))


def _named(event: Recorded) -> dict[str, object]:
    """How the office tells a text from the others under its id."""
    return {
        "text_position": event.position,
        "device": str(event.stream),
        "incarnation": event.envelope.incarnation,
        "seq": event.data.seq,
    }

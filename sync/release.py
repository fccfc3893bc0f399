"""What the office decides about an operation that was put aside: to have it decided again, or to make nothing of it."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from domain.kernel.problem import Refused
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from sync.decide import OF_THE_OFFICE, Arrived, Sender, about, attempt, too_early
from sync.mending import mended
from sync.operations.catalogue import handler_of
from sync.outcome import Notice, Outcome
from sync.ports import Log
from sync.put_aside import again, content_hash_of, decided, undecided


class StillNotUnderstood(Refused):
    """The operation still cannot be taken in; discard it with a reason, or release it after the next upgrade."""


class Released(NamedTuple):
    """What came of a release: the device it was, and what does not fit."""

    device: UUID
    notices: tuple[Notice, ...]


def release(log: Log, work: Work, operation_id: UUID, office: Envelope, position: int | None = None) -> Released:
    """Add the effect of an operation that was put aside to the work, its answer, and the office's decision.

    `position` names the text when several wait under the id. Raises what `undecided` raises, `TextIsErased`,
    `StillNotUnderstood`, or what refuses the request that it was.
    """
    device, event = undecided(log, work, operation_id, position)
    device.release(operation_id, event.version)
    arrived = again(event, office.operation_id)
    arrived = arrived._replace(operation=mended(arrived.operation))
    outcome = _decided(work, _trusted(log, device, event), arrived)
    work.add(about(office, outcome.case), device)
    work.add(about(arrived.envelope, outcome.case), *outcome.entities)
    handler = handler_of(arrived.operation)
    early = too_early(work, arrived) if handler is not None and handler.is_fact else ()
    notices = (*outcome.notices, *early, *arrived.suspicion)
    told = msgspec.to_builtins(notices)
    work.answer(decided(event, arrived.operation.content_hash, "released", notices=told))
    return Released(device.id, notices)


def discard(log: Log, work: Work, operation_id: UUID, reason: str, position: int | None = None) -> Device:
    """Make nothing of an operation that was put aside, and add its answer to the work; the device that decides so.

    `position` names the text when several wait under the id. Raises what `undecided` raises.
    """
    device, event = undecided(log, work, operation_id, position)
    device.discard(operation_id, event.version, reason=reason)
    work.answer(decided(event, content_hash_of(log, event), "discarded"))
    return device


def _trusted(log: Log, device: Device, event: Recorded) -> Sender:
    """Who sent it, trusted whatever the device is now: the office has looked at it."""
    return Sender(
        device=device,
        technician=event.data.technician,
        zone=event.envelope.zone,
        suspended=False,
        public_key=None,
        unsigned=True,
        earlier=lambda one: log.operations.recorded_by(one, event.data.technician),
        works_for=lambda _: True,
    )


def _decided(work: Work, sender: Sender, arrived: Arrived) -> Outcome:
    handler = handler_of(arrived.operation)
    if handler is None or arrived.operation.fault is not None:
        raise StillNotUnderstood
    try:
        return attempt(work, sender, arrived, handler)
    except OF_THE_OFFICE as problem:
        raise StillNotUnderstood(problem.detail) from problem

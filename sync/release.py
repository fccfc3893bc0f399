"""The office's decision about a quarantined operation: it is decided again (release) or discarded."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from domain.kernel.problem import Refused
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from sync.decide import QUARANTINED_FOR, Arrived, run_handler, too_early, with_case
from sync.mending import mended
from sync.notices import Notice
from sync.operations.catalogue import handler_of
from sync.outcome import Outcome
from sync.ports import Log
from sync.sender import Sender, sender_of
from sync.undecided import content_hash_of, decision_answer, reopen, undecided


class StillNotUnderstood(Refused):
    """The operation still cannot be processed; discard it with a reason, or release it after the next upgrade."""


class Released(NamedTuple):
    """The result of a release: the device that had sent the operation, and the notices."""

    device: UUID
    notices: tuple[Notice, ...]


def release(log: Log, work: Work, operation_id: UUID, office: Envelope, position: int | None = None) -> Released:
    """Add the effect of a held or quarantined operation to the work, its answer, and the office's decision.

    `position` names the text when several wait under the id. Raises what `undecided` raises, `TextIsErased`,
    `StillNotUnderstood`, or what refuses the request that it was.
    """
    device, event = undecided(log, work, operation_id, position)
    device.release(operation_id, event.version)
    arrived = reopen(event, office.operation_id)
    arrived = arrived._replace(operation=mended(arrived.operation))
    outcome = _outcome(work, _trusted(log, device, event), arrived)
    work.add(with_case(office, outcome.case), device)
    work.add(with_case(arrived.envelope, outcome.case), *outcome.entities)
    handler = handler_of(arrived.operation)
    early = too_early(work, arrived) if handler is not None and handler.is_fact else ()
    notices = (*outcome.notices, *early, *arrived.suspicion)
    notice_payload = msgspec.to_builtins(notices)
    work.answer(decision_answer(event, arrived.operation.content_hash, "released", notices=notice_payload))
    return Released(device.id, notices)


def discard(log: Log, work: Work, operation_id: UUID, reason: str, position: int | None = None) -> Device:
    """Discard a held or quarantined operation and add its answer to the work; returns the device.

    `position` names the text when several wait under the id. Raises what `undecided` raises.
    """
    device, event = undecided(log, work, operation_id, position)
    device.discard(operation_id, event.version, reason=reason)
    work.answer(decision_answer(event, content_hash_of(log, event), "discarded"))
    return device


def _trusted(log: Log, device: Device, event: Recorded) -> Sender:
    """The sender of the operation, trusted whatever the status of its device is now: the office has approved it."""
    return sender_of(log, device, event.data.technician, event.envelope.zone, lambda *_: True)


def _outcome(work: Work, sender: Sender, arrived: Arrived) -> Outcome:
    """What the handler decides; raises `StillNotUnderstood`, or what refuses the request."""
    handler = handler_of(arrived.operation)
    if handler is None or arrived.operation.fault is not None:
        raise StillNotUnderstood
    try:
        return run_handler(work, sender, arrived, handler)
    except QUARANTINED_FOR as problem:
        raise StillNotUnderstood(problem.detail) from problem

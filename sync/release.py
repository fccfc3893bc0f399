"""Releasing a quarantined operation: the office has it decided again, as if it were understood from the first."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.device import Device
from domain.envelope import Envelope
from domain.problem import BadInput, NotFound, Refused
from store.recorded import Recorded
from store.work import Work
from sync.decide import Sender, about, attempt
from sync.operation import Operation, parse_operation
from sync.operations.catalogue import OPERATIONS
from sync.outcome import Notice, Outcome
from sync.ports import Log
from sync.problems import NotUnderstood, UnknownReference


class TextIsErased(Refused):
    """The operation's text has been erased; there is nothing left to take in."""


class StillNotUnderstood(Refused):
    """The operation still cannot be taken in; discard it with a reason, or release it after the next upgrade."""


class Released(NamedTuple):
    """What came of a release: the device it was, and what does not fit."""

    device: UUID
    notices: tuple[Notice, ...]


def release(log: Log, work: Work, operation_id: UUID, office: Envelope) -> Released:
    """Add a quarantined operation's effect to the work, with its own time and device, and the office's decision.

    Raises `NotFound`, `TextIsErased`, `StillNotUnderstood`, or what refuses the request that it was.
    """
    all_of_it = log.put_aside(operation_id)
    if not all_of_it:
        raise NotFound(f"No operation {operation_id} has been quarantined.")
    put_aside = all_of_it[0]
    device = work.get(Device, put_aside.stream)
    device.release(operation_id)
    if put_aside.data.body is None:
        raise TextIsErased
    operation = parse_operation(put_aside.data.body.encode())
    outcome = _decided(log, work, device, operation, put_aside)
    envelope = msgspec.structs.replace(_plain(put_aside.envelope), causation_id=office.operation_id)
    work.add(about(office, outcome.case), device)
    work.add(about(envelope, outcome.case), *outcome.entities)
    return Released(device.id, outcome.notices)


def _decided(log: Log, work: Work, device: Device, operation: Operation, put_aside: Recorded) -> Outcome:
    handler = OPERATIONS.get((operation.type, operation.v))
    if handler is None or operation.fault is not None:
        raise StillNotUnderstood
    sender = Sender(
        device=device,
        incarnation=device.incarnation,
        technician=put_aside.data.technician,
        zone=put_aside.envelope.zone,
        clock=lambda claimed: claimed,
        received_at=put_aside.recorded_at,
        suspended=False,
        earlier=lambda one: log.operations.recorded_by(one, device.id),
        works_for=lambda _: True,  # the office has looked at it
    )
    try:
        return attempt(work, sender, operation, handler, put_aside.envelope)
    except (NotUnderstood, UnknownReference, BadInput) as problem:
        raise StillNotUnderstood(problem.detail) from problem


def _plain(envelope: Envelope) -> Envelope:
    """Only the envelope of a stored record."""
    return Envelope(**{name: getattr(envelope, name) for name in Envelope.__struct_fields__})

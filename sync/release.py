"""Releasing an operation that was put aside: the office has it decided again, as if it had been understood at once."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from domain.device import Device
from domain.envelope import Envelope
from domain.problem import NotFound, Refused
from store.work import Work
from sync.decide import OF_THE_OFFICE, Arrived, Sender, about, attempt
from sync.mending import mended
from sync.operations.catalogue import handler_of
from sync.outcome import Notice, Outcome
from sync.ports import Log
from sync.put_aside import again, sender_of


class StillNotUnderstood(Refused):
    """The operation still cannot be taken in; discard it with a reason, or release it after the next upgrade."""


class Released(NamedTuple):
    """What came of a release: the device it was, and what does not fit."""

    device: UUID
    notices: tuple[Notice, ...]


def release(log: Log, work: Work, operation_id: UUID, office: Envelope) -> Released:
    """Add the effect of an operation that was put aside to the work, and the office's decision.

    Raises `NotFound`, `TextIsErased`, `StillNotUnderstood`, or what refuses the request that it was.
    """
    found = log.put_aside(operation_id)
    if not found:
        raise NotFound(f"No operation {operation_id} has been put aside.")
    device = work.get(Device, found[0].stream)
    device.release(operation_id)
    arrived = again(found[0], office.operation_id)
    arrived = arrived._replace(operation=mended(arrived.operation))
    outcome = _decided(work, sender_of(log, device, found[0]), arrived)
    work.add(about(office, outcome.case), device)
    work.add(about(arrived.envelope, outcome.case), *outcome.entities)
    return Released(device.id, outcome.notices)


def _decided(work: Work, sender: Sender, arrived: Arrived) -> Outcome:
    handler = handler_of(arrived.operation)
    if handler is None or arrived.operation.fault is not None:
        raise StillNotUnderstood
    try:
        return attempt(work, sender, arrived, handler)
    except OF_THE_OFFICE as problem:
        raise StillNotUnderstood(problem.detail) from problem

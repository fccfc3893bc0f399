"""The decision about one operation: applied, conflicted, held, rejected or quarantined."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from domain.access.operation_status import recorded_status
from domain.kernel.envelope import Envelope
from domain.kernel.problem import BadInput, Problem
from domain.recording.unit_of_work import Work
from sync.clock import DATED_BACK
from sync.notices import Notice, notice
from sync.operation import Operation, without_values
from sync.operations.catalogue import handler_of
from sync.operations.handler import Handler
from sync.outcome import Context, Outcome
from sync.problems import NotUnderstood, SignatureInvalid, UnknownReference, Unrecordable
from sync.sender import Sender
from sync.signature import fault_of

_log = structlog.get_logger(__name__)

QUARANTINED_FOR = (NotUnderstood, UnknownReference, BadInput)
"""Problems that quarantine an operation; every other one rejects a request."""


class Arrived(NamedTuple):
    """An operation with the envelope that its events will have, and what is suspicious about its clock.

    `contested` says that its id belongs to another operation, `unrecordable` that its effect can never be recorded.
    `needs` are the operations that must come first: those that it lists, and those that it references and that are
    held. One that is decided after it was held has its text at `text_version` of the device's stream.
    """

    operation: Operation
    envelope: Envelope
    suspicion: tuple[Notice, ...] = ()
    contested: bool = False
    needs: tuple[UUID, ...] = ()
    text_version: int | None = None
    unrecordable: bool = False

    def unless_in(self, unrecordable: Collection[UUID]) -> Arrived:
        """The same operation; `as_unrecordable` when its id is one of these."""
        return self.as_unrecordable() if self.operation.id in unrecordable else self

    def as_unrecordable(self) -> Arrived:
        """The same operation to be quarantined as `unrecordable`: nothing but its id, type and text is kept."""
        return self._replace(operation=self.operation.without_content(), needs=(), unrecordable=True)


class Decision(NamedTuple):
    """The decision about an operation; its events are the `events` ones from offset `first` on in the unit of work."""

    operation: Operation
    status: str
    first: int
    events: int
    notices: tuple[Notice, ...] = ()
    problem: Problem | None = None
    contested: bool = False


def problem_with(sender: Sender, arrived: Arrived) -> Problem | None:
    """The problem that quarantines an operation before its handler is called, or None."""
    operation = arrived.operation
    if arrived.unrecordable or arrived.contested:
        return Unrecordable() if arrived.unrecordable else NotUnderstood("Another operation has this id.")
    if sender.suspended:
        return NotUnderstood("The device is suspended or revoked; the office decides about what it sends.")
    if operation.fault is not None:
        return NotUnderstood(operation.fault)
    fault = fault_of(operation, sender.public_key, unsigned=sender.unsigned)
    if fault is not None:
        return SignatureInvalid(fault)
    if handler_of(operation) is None:
        return NotUnderstood(f"There is no operation {operation.type} of version {operation.v}.")
    return None


def decide(work: Work, sender: Sender, arrived: Arrived, late: Notice | None = None) -> Decision:
    """Let the operation's handler decide and add its events to the work; `late` is one more notice."""
    handler = handler_of(arrived.operation)
    assert handler is not None, "problem_with has been called before"
    try:
        outcome = run_handler(work, sender, arrived, handler)
    except Problem as problem:
        return quarantine_or_reject(work, sender, arrived, problem)
    first, count = len(work.events), work.add(with_case(arrived.envelope, outcome.case), *outcome.entities)
    early = too_early(work, arrived) if handler.is_fact else ()
    notices = (*outcome.notices, *early, *arrived.suspicion, *((late,) if late else ()))
    return Decision(arrived.operation, recorded_status(with_misfits=bool(notices)), first, count, notices)


def run_handler(work: Work, sender: Sender, arrived: Arrived, handler: Handler) -> Outcome:
    """Let a handler decide.

    Raises `NotUnderstood`, `UnknownReference` or `BadInput`, which quarantine the operation, or what refuses a request.
    """
    operation = arrived.operation
    try:
        data: Any = msgspec.convert(handler.upcast(operation.data), handler.shape, strict=True)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"The data does not have the shape of {operation.type}: {without_values(error)}") from None
    context = Context(
        work,
        operation.id,
        sender.technician,
        arrived.envelope.occurred_at,
        sender.zone,
        operation.seen,
        earlier=lambda one: work.added_by(one, sender.technician) or sender.earlier(one),
        works_for=sender.works_for,
    )
    try:
        return handler.decide(context, data)
    except Problem as problem:
        work.forget()
        if handler.is_fact and not isinstance(problem, QUARANTINED_FOR):
            raise NotUnderstood(problem.detail) from problem
        raise
    except (TypeError, ValueError, KeyError, AttributeError, LookupError, ArithmeticError) as error:
        work.forget()
        _log.exception("operation failed", operation=str(operation.id), type=operation.type)
        raise NotUnderstood("The server could not process it; this is a fault of the server.") from error


def too_early(work: Work, arrived: Arrived) -> tuple[Notice, ...]:
    """A notice for each entity that an operation references and that began more than a day after its `occurred_at`.

    Less than a day is normal: people date back, and work begins before somebody has opened an order for it.
    """
    found = []
    for id in sorted(arrived.operation.references()):
        entity = work.loaded(id)
        if entity is None or entity.begun_at is None:
            continue
        if arrived.envelope.occurred_at < entity.begun_at - DATED_BACK:
            kind = str(getattr(entity, "TOPIC", ""))
            found.append(notice("before_it_was_there", {kind: id}, values={"kind": kind.replace("_", " ")}))
    return tuple(found)


def with_case(envelope: Envelope, case: UUID | None) -> Envelope:
    """The envelope with the case that its events belong to."""
    return msgspec.structs.replace(envelope, correlation_id=case) if case else envelope


def quarantine_or_reject(work: Work, sender: Sender, arrived: Arrived, problem: Problem) -> Decision:
    """Record that the operation is quarantined or rejected, depending on the problem."""
    operation, first = arrived.operation, len(work.events)
    status = "quarantined" if isinstance(problem, QUARANTINED_FOR) else "rejected"
    fields: dict[str, Any] = {"operation": operation.id, "seq": operation.seq, "type": operation.type}
    fields |= {"detail": problem.detail, "refs": tuple(sorted(operation.references()))}
    fields |= {"text_version": arrived.text_version, "technician": sender.technician}
    if status == "quarantined":
        fields |= {"reason": problem.code, "body": operation.text, "encoding": operation.encoding}
        fields["contested"] = arrived.contested
        sender.device.record_quarantine(**fields)
    else:
        sender.device.record_rejection(**fields, problem=problem.code)
    count = work.add(arrived.envelope, sender.device)
    return Decision(operation, status, first, count, problem=problem, contested=arrived.contested)


def hold(work: Work, sender: Sender, arrived: Arrived, needs: Iterable[UUID]) -> Decision:
    """Record that the operation waits for the operations `needs`; its unchanged text is sealed under its own key."""
    operation, first = arrived.operation, len(work.events)
    sender.device.record_hold(
        operation=operation.id,
        seq=operation.seq,
        type=operation.type,
        needs=tuple(needs),
        group=operation.group,
        refs=tuple(sorted(operation.references())),
        body=operation.text,
    )
    return Decision(operation, "held", first, work.add(arrived.envelope, sender.device))

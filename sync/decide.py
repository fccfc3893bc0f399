"""What one new operation comes to: applied, conflicted, rejected or quarantined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import orjson
import structlog

from domain.device import Device
from domain.envelope import CLOCK_TOLERANCE, Envelope
from domain.problem import BadInput, Problem
from store.answers import Answer
from store.work import Work
from sync.operation import Operation, without_values
from sync.operations.catalogue import OPERATIONS
from sync.operations.handler import Handler
from sync.outcome import Context, Notice, Outcome, problem_document
from sync.problems import NotUnderstood, UnknownReference

_log = structlog.get_logger(__name__)


class Sender(NamedTuple):
    """Who sends: the device and its technician, the zone to remember, how far its clock is ahead, and its standing."""

    device: Device
    incarnation: int
    technician: UUID
    zone: str
    clock: Callable[[datetime], datetime]
    received_at: datetime
    suspended: bool
    earlier: Callable[[UUID], list[tuple[UUID, str]]]
    works_for: Callable[[UUID], bool]


def decide(work: Work, sender: Sender, operation: Operation, *, contested: bool = False) -> Answer:
    """Decide one operation that has not been seen before and add its events to the work.

    Nothing that an operation holds can stop the ones behind it: what is not understood, and what goes wrong in
    here, is quarantined with its untouched text. `contested` says that its id belongs to another operation.
    """
    envelope, suspicion = _envelope(sender, operation)
    handler = OPERATIONS.get((operation.type, operation.v))
    try:
        _understand(sender, operation, handler, contested=contested)
        assert handler is not None
        outcome = attempt(work, sender, operation, handler, envelope)
    except (NotUnderstood, UnknownReference, BadInput) as problem:
        return _quarantined(work, sender, operation, envelope, problem, original=not contested)
    except Problem as problem:
        return _rejected(work, sender, operation, envelope, problem)
    first, count = len(work.events), work.add(about(envelope, outcome.case), *outcome.entities)
    notices = (*outcome.notices, *suspicion)
    answer = _answered(sender, operation, "conflicted" if notices else "applied", notices=notices)
    return answer._replace(first=first, event_count=count)


def _understand(sender: Sender, operation: Operation, handler: Handler | None, *, contested: bool) -> None:
    if contested:
        raise NotUnderstood("Another operation has this id.")
    if sender.suspended:
        raise NotUnderstood("The device is suspended; the office decides about what it sends.")
    if operation.fault is not None:
        raise NotUnderstood(operation.fault)
    if handler is None:
        raise NotUnderstood(f"The operation {operation.type!r} in version {operation.v} is not known.")


def attempt(work: Work, sender: Sender, operation: Operation, handler: Handler, envelope: Envelope) -> Outcome:
    """Let a handler decide; what it raises is `NotUnderstood`, `UnknownReference`, `BadInput` or a refused request."""
    try:
        data: Any = msgspec.convert(operation.data, handler.shape, strict=True)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"The data does not have the shape of {operation.type}: {without_values(error)}") from None
    context = Context(
        work,
        operation.id,
        sender.technician,
        envelope.occurred_at,
        sender.zone,
        earlier=lambda one: work.added_by(one) or sender.earlier(one),
        works_for=sender.works_for,
    )
    try:
        return handler.decide(context, data)
    except Problem as problem:
        work.forget()
        if handler.is_fact and not isinstance(problem, (NotUnderstood, UnknownReference, BadInput)):
            raise NotUnderstood(problem.detail) from problem
        raise
    except (TypeError, ValueError, KeyError, AttributeError, LookupError, ArithmeticError) as error:
        work.forget()
        _log.exception("operation failed", operation=str(operation.id), type=operation.type)
        raise NotUnderstood("The server could not take it in; this is a fault of the server.") from error


def _envelope(sender: Sender, operation: Operation) -> tuple[Envelope, tuple[Notice, ...]]:
    """The envelope of the operation's events; an instant from the future is clamped and the claim kept."""
    claimed = operation.at or sender.received_at
    occurred = sender.clock(claimed)
    suspicion: tuple[Notice, ...] = ()
    if occurred > sender.received_at + CLOCK_TOLERANCE:
        occurred = sender.received_at
        suspicion = (Notice("clock_suspect", "The device says that this happened in the future."),)
    envelope = Envelope(
        occurred_at=occurred,
        zone=sender.zone,
        actor=sender.technician,
        role="technician",
        device=sender.device.id,
        device_seq=operation.seq,
        incarnation=sender.incarnation,
        operation_id=operation.id,
        seen_position=operation.seen,
        claimed_at=claimed if claimed != occurred else None,
    )
    return envelope, suspicion


def about(envelope: Envelope, case: UUID | None) -> Envelope:
    """The envelope with the case that its events belong to."""
    return msgspec.structs.replace(envelope, correlation_id=case) if case else envelope


def _quarantined(
    work: Work, sender: Sender, operation: Operation, envelope: Envelope, problem: Problem, *, original: bool
) -> Answer:
    """Kept untouched for the office, sealed under the operation's own key."""
    sender.device.record_quarantine(
        operation=operation.id,
        seq=operation.seq,
        type=operation.type,
        reason=problem.code,
        detail=problem.detail,
        refs=tuple(sorted(operation.references())),
        body=operation.text,
    )
    first, count = len(work.events), work.add(envelope, sender.device)
    answer = _answered(sender, operation, "quarantined", problem=problem)
    return answer._replace(first=first, event_count=count, original=original)


def _rejected(work: Work, sender: Sender, operation: Operation, envelope: Envelope, problem: Problem) -> Answer:
    """A request that was refused is an event too."""
    sender.device.record_rejection(
        operation=operation.id,
        seq=operation.seq,
        type=operation.type,
        problem=problem.code,
        detail=problem.detail,
        refs=tuple(sorted(operation.references())),
    )
    first, count = len(work.events), work.add(envelope, sender.device)
    return _answered(sender, operation, "rejected", problem=problem)._replace(first=first, event_count=count)


def _answered(
    sender: Sender,
    operation: Operation,
    status: str,
    *,
    notices: tuple[Notice, ...] = (),
    problem: Problem | None = None,
) -> Answer:
    said = {"notices": msgspec.to_builtins(notices), "problem": problem_document(problem) if problem else None}
    return Answer(
        id=operation.id,
        content_hash=operation.content_hash(),
        status=status,
        answer=orjson.dumps(said).decode(),
        device=sender.device.id,
        incarnation=sender.incarnation,
        seq=operation.seq,
    )

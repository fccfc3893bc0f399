"""Results: the answer that is stored of a decision, and the result that a device gets, first and repeated."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import orjson

from domain.access.device_operations import Misfit, Ref
from domain.access.identity import DeviceIdentity
from domain.recording.answers import Answer, Appended, Known, SignedText
from sync.decide import Decision
from sync.outcome import Result, problem_document

_EMPTY_PAYLOAD: Final = '{"notices":[],"problem":null}'


def answer_of(decision: Decision, who: DeviceIdentity, seq: int | None, signed: SignedText | None = None) -> Answer:
    """The answer that is stored with the effect; `seq` is the operation's number, None when another one has it.

    `signed` is the text that is stored beside it.
    """
    return Answer(
        id=decision.operation.id,
        content_hash=decision.operation.content_hash,
        status=decision.status,
        answer=_encoded(decision),
        first=decision.first if decision.events else None,
        event_count=decision.events,
        device=who.device,
        incarnation=who.incarnation,
        seq=seq,
        original=not decision.contested,
        signed=signed,
    )


def renumbered(known: Known, who: DeviceIdentity, seq: int) -> Answer:
    """The answer for an operation that is sent again under another number of a new incarnation: its first answer."""
    return Answer(
        id=known.id,
        content_hash=known.content_hash,
        status=known.status,
        answer=known.answer,
        device=who.device,
        incarnation=who.incarnation,
        seq=seq,
        original=False,
    )


def first_result(decision: Decision, appended: Appended) -> Result:
    """The result of an operation that has just been recorded."""
    start = appended.base + 1 + decision.first
    return Result(
        id=decision.operation.id,
        seq=decision.operation.seq,
        status=decision.status,
        positions=list(range(start, start + decision.events)),
        notices=list(msgspec.to_builtins(decision.notices)),
        problem=problem_document(decision.problem) if decision.problem else None,
    )


def repeated_result(known: Known, seq: int) -> Result:
    """The unchanged first result of an operation that was sent before, marked as a duplicate."""
    payload = _decoded(known.answer)
    return Result(id=known.id, seq=seq, status=known.status, positions=known.positions, duplicate=True, **payload)


def answer_payload(decision: Decision) -> dict[str, Any]:
    """The members of an answer besides its status: `notices`, and `problem` or None."""
    problem = problem_document(decision.problem) if decision.problem else None
    return {"notices": msgspec.to_builtins(decision.notices), "problem": problem}


def misfits_of(decision: Decision) -> tuple[Misfit, ...]:
    """The notices of a decision as the device's event holds them."""
    return tuple(
        Misfit(notice.code, notice.detail, tuple(Ref(name, id) for name, id in notice.refs.items()))
        for notice in decision.notices
    )


def _encoded(decision: Decision) -> str:
    if decision.problem is None and not decision.notices:
        return _EMPTY_PAYLOAD
    return orjson.dumps(answer_payload(decision)).decode()


def _decoded(answer: str) -> dict[str, Any]:
    payload: dict[str, Any] = orjson.loads(answer)
    return payload

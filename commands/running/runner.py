"""Executes each request once: looks up its key, decides, commits with the answer, and retries after conflicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.running.open_work import OpenOn
from commands.running.request import KeyUsedOtherwise, Request
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.kernel.json_text import encode
from domain.kernel.problem import Kind, Problem
from domain.kernel.problem_document import document
from domain.recording.answers import Answer, Known, OperationKnownError
from domain.recording.unit_of_work import Work
from domain.work.work_order import WorkOrder
from projections.engine.views import Views
from store.log import EventLog
from store.secrets import Secrets

KEPT: Final = (Kind.CONFLICT, Kind.INVALID, Kind.NOT_FOUND, Kind.UNPROCESSABLE)
"""Refusals of these kinds are decisions: the same request gets the same one for ever."""
SECRET: Final = "idempotency"  # noqa: S105 - the name of a secret

Command: TypeAlias = Callable[[CommandContext], Changed]
"""A use case with its input: decides in a context, raises a `Problem` for what cannot be."""


class RefusedBefore(Exception):  # noqa: N818 - no error of this code: the answer that was given before
    """The same request was refused before; `document` is the problem document of that answer."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document.get("detail"))
        self.document = document


class Reply(NamedTuple):
    """The kept answer to a request: its status and location over HTTP, and the members of its body."""

    status: int
    location: str | None
    members: dict[str, Any]


class Runner:
    """Executes requests on a log. `zone` is the company's, `open_on` finds what is open on a case."""

    def __init__(self, log: EventLog, secrets: Secrets, views: Views, zone: str, open_on: OpenOn) -> None:
        self.log, self.secrets, self.views, self.zone, self.open_on = log, secrets, views, zone, open_on

    def run(self, request: Request, command: Command, *, status: int = 200, location: str | None = None) -> Reply:
        """Execute the request, or return its first answer.

        Raises `RefusedBefore` when that was a refusal, `KeyUsedOtherwise`, and the problems of the command.
        """
        known = self.known(request)
        if known is None:
            try:
                return self.log.attempt(lambda: self._once(request, command, status, location))
            except OperationKnownError:
                pass  # the same request was answered concurrently
            except Problem as problem:
                if self._is_the_answer(request, problem):
                    raise
            known = self.known(request)
        assert known is not None, "an operation that is known can be asked for"
        stored = msgspec.json.decode(known.answer)
        if known.status == "rejected":
            raise RefusedBefore(stored)
        return _replied(stored, known.positions[-1] if known.positions else None)

    def known(self, request: Request) -> Known | None:
        """The first answer to it, None when there is none; raises `KeyUsedOtherwise` for another content."""
        if request.key is None:
            return None
        known = self.log.operations.answers([request.operation]).get(request.operation)
        if known is not None and not any(
            known.content_hash == request.content_hash(secret) for secret in self.secrets.accepted(SECRET)
        ):
            raise KeyUsedOtherwise
        return known

    def decide(
        self, request: Request, command: Command, work: Work, open_on: OpenOn | None = None
    ) -> tuple[Changed, Envelope]:
        """What a command changes in this unit of work, and the envelope of its events."""
        context = CommandContext(work, request, self.zone, self.log, self.views, open_on or self.open_on)
        changed = command(context)
        changed = changed._replace(others=tuple(changed.others))
        return changed, request.envelope(case_of(changed.entity, work), self.zone)

    def applied(self, request: Request, stored: str, first: int | None, many: int) -> Answer:
        """The answer that is kept for a request that was carried out: `many` events from the `first` of the commit."""
        return Answer(request.operation, self._hash(request), "applied", stored, first, many)

    def rejected(self, request: Request, problem: Problem) -> Answer:
        """The answer that is kept for a request that was refused."""
        return Answer(request.operation, self._hash(request), "rejected", encode(document(problem)).decode())

    def _once(self, request: Request, command: Command, status: int, location: str | None) -> Reply:
        work = self.log.work()
        changed, envelope = self.decide(request, command, work)
        work.add(envelope, changed.entity, *changed.others)
        many = len(work.events)
        stored = stored_reply(changed, status, location, None if many else self.log.recorder.max_notification_id() or 0)
        text = encode(stored).decode()
        kept = [self.applied(request, text, 0 if many else None, many)] if request.key else []
        appended = work.commit(kept)
        return _replied(stored, appended.base + many if many else None)

    def _is_the_answer(self, request: Request, problem: Problem) -> bool:
        """Store a refusal, so that a repetition gets the same; False when there was an answer already."""
        if request.key is None:
            return True
        if self.known(request) is not None:
            return False
        if problem.kind in KEPT:
            try:
                self.log.work().commit([self.rejected(request, problem)])
            except OperationKnownError:
                return False
        return True

    def _hash(self, request: Request) -> str:
        return request.content_hash(self.secrets.newest(SECRET))


def stored_reply(changed: Changed, status: int, location: str | None, head: int | None) -> dict[str, Any]:
    """The stored form of the reply; `head` is the position of the log, given when nothing was recorded."""
    members = {"id": changed.entity.id, "version": changed.entity.version, **changed.members}
    if head is not None:
        members["position"] = head
    return {"status": status, "location": location, "reply": members}


def case_of(entity: Entity, work: Work) -> UUID | None:
    """The case that an entity belongs to, as far as it or its work order knows."""
    if getattr(entity, "TOPIC", "") == "case":
        return entity.id
    order = work.find(WorkOrder, getattr(entity, "work_order", None))
    case = order.case if order else getattr(entity, "moved", {}).get("case", getattr(entity, "case", None))
    return case if isinstance(case, UUID) else None


def _replied(stored: dict[str, Any], position: int | None) -> Reply:
    members = {**stored["reply"], **({} if position is None else {"position": position})}
    return Reply(stored["status"], stored["location"], members)

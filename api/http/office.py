"""The one way of every command of the office: known before? load, compare, decide, commit, answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid4, uuid5

import msgspec
from flask import Response, request

from api.http.batch import batching
from api.http.belonging import must_be_free
from api.http.encoding import answer, encode
from api.http.order import Order
from api.http.problems import document, told
from api.http.schemas import Body
from api.http.services import services
from api.http.who import Who
from domain.kernel.aggregate import Entity
from domain.kernel.problem import Kind, Problem, Refused, SomebodyWasFaster
from domain.recording.answers import Answer, OperationKnownError
from domain.recording.unit_of_work import Work
from domain.stock.location import VIRTUAL, Location
from domain.work.work_order import WorkOrder

E = TypeVar("E", bound=Entity)
KEPT = (Kind.CONFLICT, Kind.INVALID, Kind.NOT_FOUND, Kind.UNPROCESSABLE)
"""Refusals of these kinds are decisions: the same request gets the same one for ever."""


class AlreadyExists(Refused):
    """There is something with this id already; leave the id out, or send the first request again with its key."""


class Decided(NamedTuple):
    """What a command came to: whose id and version the reply names, what changed, and further members of the reply."""

    entity: Entity
    others: Iterable[Entity] = ()
    more: Mapping[str, Any] = MappingProxyType({})


def create(
    who: Who,
    kind: type[E],
    body: Body,
    make: Callable[[UUID, Work], E | tuple[E, Iterable[Entity]]],
    *,
    say: Callable[[E], Mapping[str, Any]] = lambda _: {},
) -> Response:
    """Begin something: `make(id, work)` gives the new entity, or it and others that change with it. 201.

    `say(entity)` gives further members of the reply.
    """
    order = Order(who, body)
    id = body.id or (uuid5(order.operation, kind.TOPIC) if order.key else uuid4())  # type: ignore[attr-defined]

    def decide(work: Work) -> Decided:
        if work.find(Entity, id) is not None:
            raise AlreadyExists
        if body.id is not None and not (kind is Location and id in VIRTUAL.values()):
            must_be_free(work, id)
        made = make(id, work)
        entity, others = made if isinstance(made, tuple) else (made, ())
        return Decided(entity, others, say(entity))

    return carry_out(order, decide, 201, f"{request.path.rstrip('/')}/{id}")


def change(
    who: Who,
    kind: type[E],
    id: UUID,
    body: Body,
    decide: Callable[[E, Work], Iterable[Entity] | None],
    *,
    say: Callable[[E], Mapping[str, Any]] = lambda _: {},
) -> Response:
    """Do one thing with what there is: `decide(entity, work)`, which may give others that change with it. 200."""

    def decided(work: Work) -> Decided:
        entity = work.get(kind, id)
        must_match(entity)
        others = decide(entity, work)
        return Decided(entity, others or (), say(entity))

    return carry_out(Order(who, body), decided)


def must_match(entity: Entity) -> None:
    """Raise `SomebodyWasFaster` when the request names another version in `If-Match`."""
    if request.if_match and not request.if_match.contains_weak(str(entity.version)):
        raise SomebodyWasFaster


def carry_out(
    order: Order,
    decide: Callable[[Work], Decided],
    status: int = 200,
    location: str | None = None,
    *,
    unkept: Callable[[], Mapping[str, Any]] = dict,
) -> Response:
    """Decide and record, or answer as the first time; `unkept()` gives members of the reply that are never stored.

    What belongs to a batch is decided now and recorded with the batch.
    """
    batch = batching()
    if batch is not None:
        entity, others, more = decide(batch.work)
        envelope = order.envelope(case_of(entity, batch.work))
        return batch.add(order, envelope, (entity, *others), more, (status, location))
    known = order.known()
    if known is None:
        try:
            stored, position = services().log.attempt(lambda: _once(order, decide, status, location))
            return _answered(stored, position, unkept())
        except OperationKnownError:
            pass  # the same request was answered at this moment, by somebody else
        except Problem as problem:
            if _is_the_answer(order, problem):
                raise
        known = order.known()
    assert known is not None, "an operation that is known can be asked for"
    stored = msgspec.json.decode(known.answer)
    if known.status == "rejected":
        return told(stored)
    return _answered(stored, known.positions[-1] if known.positions else None, unkept())


def _once(
    order: Order, decide: Callable[[Work], Decided], status: int, location: str | None
) -> tuple[dict[str, Any], int | None]:
    log = services().log
    work = log.work()
    entity, others, more = decide(work)
    work.add(order.envelope(case_of(entity, work)), entity, *others)
    many = len(work.events)
    reply = {"id": entity.id, "version": entity.version, **more}
    if not many:
        reply["position"] = log.recorder.max_notification_id() or 0
    stored = {"status": status, "location": location, "reply": reply}
    said, first = encode(stored).decode(), 0 if many else None
    kept = [Answer(order.operation, order.content_hash(), "applied", said, first, many)] if order.key else []
    appended = work.commit(kept)
    return stored, appended.base + many if many else None


def _answered(stored: dict[str, Any], position: int | None, unkept: Mapping[str, Any]) -> Response:
    reply = {**stored["reply"], **({} if position is None else {"position": position}), **unkept}
    headers = {"ETag": f'"{reply["version"]}"'} | ({"Location": stored["location"]} if stored["location"] else {})
    return answer(reply, stored["status"], headers)


def _is_the_answer(order: Order, problem: Problem) -> bool:
    """Keep a refusal, so that the same request is always refused in these words; False when there was an answer."""
    if order.key is None:
        return True
    if order.known() is not None:
        return False
    if problem.kind in KEPT:
        said = encode(document(problem)).decode()
        try:
            services().log.work().commit([Answer(order.operation, order.content_hash(), "rejected", said)])
        except OperationKnownError:
            return False
    return True


def case_of(entity: Entity, work: Work) -> UUID | None:
    """The case that an entity belongs to, as far as it or its work order knows."""
    if getattr(entity, "TOPIC", "") == "case":
        return entity.id
    order = work.find(WorkOrder, getattr(entity, "work_order", None))
    case = order.case if order else getattr(entity, "moved", {}).get("case", getattr(entity, "case", None))
    return case if isinstance(case, UUID) else None

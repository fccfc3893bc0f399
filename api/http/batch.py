"""A batch: many commands of one user, decided one after the other in this process and recorded in one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from api.http.batch_request import Refusal, Sent, environ_of, ids_in
from api.http.encoding import encode
from api.http.order import Order
from api.http.problems import document, tell_http
from api.http.schemas import Body
from api.http.services import Services
from api.http.who import Who
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.kernel.problem import Kind, NotAllowed, Problem
from domain.recording.answers import Answer
from store.sites import owner_of, owners_of

NOUNS: Final = frozenset(
    {"customers", "contacts", "cases", "equipment", "work-orders", "visits", "parts", "locations", "stock-movements"}
)
"""The commands of these may be decided together; any other one is carried out alone."""
ALONE: Final = frozenset({"erase", "erase-words"})
MOST_CASES: Final = 50_000
KEPT: Final = (Kind.CONFLICT, Kind.INVALID, Kind.NOT_FOUND, Kind.UNPROCESSABLE)
PASSING: Final = (Kind.UNAVAILABLE, Kind.RATE_LIMITED)


class Batch:
    """Decides commands of a user on one unit of work; nothing is recorded before `commit`."""

    def __init__(self, app: Flask, services: Services, who: Who) -> None:
        self._app, self._services, self._who = app, services, who
        self._head = services.log.head()
        self._fresh: OrderedDict[UUID, int] = OrderedDict()
        self._began: dict[UUID, int] = {}
        self._sites: dict[UUID, UUID | None] = {}
        self.work = services.log.work()

    @staticmethod
    def takes(sent: Sent) -> bool:
        """Whether such a command may be decided together with others."""
        steps = sent.do.split("/")
        return steps[0] in NOUNS and steps[-1] not in ALONE

    def begin(self, sent: Iterable[Sent]) -> None:
        """Begin a new unit of work, and load with one query what these commands name."""
        self._began, self.work, self._head = {}, self._services.log.work(), self._services.log.head()
        self._sites = {}
        self.load(sent)

    def load(self, sent: Iterable[Sent]) -> None:
        """Load with one query what these commands name."""
        named = {id for each in sent for id in ids_in([each.do.split("/"), each.body])}
        self.work.preload(named)
        self._sites = dict.fromkeys(named) | owners_of(self._services.log.pool, named) | self._sites

    def alone(self, sent: Sent) -> Refusal | None:
        """Decide one command and record it, as a request would be; why it is refused, or None."""
        return self._carried_out(sent, None)

    def take(self, sent: Sent) -> Refusal | None:
        """Decide one command; why it is refused, or None. Raises `NeedsViews` when it must be carried out alone."""
        return self._carried_out(sent, self)

    def _carried_out(self, sent: Sent, batch: Batch | None) -> Refusal | None:
        raw = orjson.dumps(sent.body)
        with self._app.request_context(environ_of(sent, raw, self._services.settings.hosts)):
            g.batch, g.who = batch, self._author(sent)
            try:
                self._view()(**(request.view_args or {}))
            except Problem as problem:
                return self._refused(problem)
            except HTTPException as error:
                return Refusal(orjson.loads(tell_http(error).get_data()))
        return None

    def add(
        self,
        order: Order,
        envelope: Envelope,
        entities: tuple[Entity, ...],
        more: Mapping[str, Any],
        reply: tuple[int, str | None],
    ) -> Response:
        """Take what a command has decided into the unit of work, with the answer that will stand for ever.

        The answer is about the first of `entities`; `more` are further members, `reply` has status and location.
        """
        before = len(self.work.events)
        many = self.work.add(envelope, *entities)
        self._note(before, entities)
        said = {"id": entities[0].id, "version": entities[0].version, **more}
        if not many:
            said["position"] = self._head
        stored = encode({"status": reply[0], "location": reply[1], "reply": said}).decode()
        first = before if many else None
        self.work.answer(Answer(order.operation, order.content_hash(), "applied", stored, first, many))
        return Response(status=204)

    def commit(self) -> None:
        """Record what was decided; see `Work.commit` for what can go wrong. Then begin anew."""
        self.forget()
        if self.work.events or self.work.answers:
            self.work.commit()
        for case, version in self._began.items():
            self._fresh[case] = version
            self._fresh.move_to_end(case)
        while len(self._fresh) > MOST_CASES:
            self._fresh.popitem(last=False)
        self._began = {}

    def forget(self) -> None:
        """Drop what a command that was refused has left behind, with all that this batch has decided about it."""
        if self.is_dirty():
            self.work.forget()

    def is_dirty(self) -> bool:
        """Whether a command that was refused has left something decided behind: then nothing more can be added."""
        return self.work.is_undecided()

    def owner_of(self, site: UUID) -> UUID | None:
        """The customer whose site this is, one that is added in this batch included."""
        if site not in self._sites:
            self._sites[site] = owner_of(self._services.log.pool, site)
        return self._sites[site]

    def has_no_work(self, case: UUID, version: int) -> bool:
        """Whether this batch or one before it has opened the case, nobody else changed it, and it never had work."""
        known = self._began.get(case, self._fresh.get(case))
        return known is not None and known == version

    def _note(self, before: int, entities: Iterable[Any]) -> None:
        """Keep in mind what later commands of the batch will ask of the database, which does not know it yet."""
        for event in self.work.events[before:]:
            topic = getattr(type(event), "TOPIC", "")
            if topic == "customer.site_added":
                self._sites[event.site] = event.originator_id  # type: ignore[attr-defined]
            elif topic in ("case.work_started", "case.merged"):
                for case in (event.originator_id, getattr(event, "into", None)):
                    self._began[case] = self._fresh[case] = -1  # type: ignore[index]
        for entity in entities:
            if getattr(entity, "TOPIC", "") == "case":
                known = self._began.get(entity.id, self._fresh.get(entity.id))
                opened = any(
                    event.originator_id == entity.id and getattr(type(event), "TOPIC", "") == "case.opened"
                    for event in self.work.events[before:]
                )
                if opened or (known is not None and known >= 0):
                    self._began[entity.id] = entity.version

    def _author(self, sent: Sent) -> Who:
        if sent.actor in (None, self._who.id):
            return self._who
        return self._who._replace(id=sent.actor, imported_by=self._who.id)

    def _view(self) -> Any:
        """What carries the command out; raises when there is nothing like it, or not for this user."""
        if request.routing_exception is not None:
            raise request.routing_exception
        allowed = self._app.extensions["callout.policy"][request.endpoint, "POST"]
        role = next((role for role in self._who.roles if role in allowed), None)
        if role is None:
            raise NotAllowed(f"This needs one of the roles {', '.join(sorted(allowed))}.")
        g.who = g.who._replace(role=role)
        return self._app.view_functions[request.endpoint or ""]

    def _refused(self, problem: Problem) -> Refusal:
        told = document(problem)
        if problem.kind in KEPT and batching() is not None:
            order = Order(g.who, Body())
            self.work.answer(Answer(order.operation, order.content_hash(), "rejected", encode(told).decode()))
        return Refusal(told, passes=problem.kind in PASSING)


def batching() -> Batch | None:
    """The batch that the current command belongs to, if any."""
    found = g.get("batch")
    return found if isinstance(found, Batch) else None

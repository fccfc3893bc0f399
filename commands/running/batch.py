"""A batch: many requests of one user, decided one after the other and recorded in one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from commands.running.open_work import Open
from commands.running.request import Request
from commands.running.runner import KEPT, Command, Runner, stored_reply
from domain.care.case import Case
from domain.care.case_status import Status
from domain.kernel.json_text import encode
from domain.kernel.problem import Problem
from domain.recording.unit_of_work import Work

MOST_CASES: Final = 50_000


class NeedsViews(Exception):  # noqa: N818 - no error: the command must be carried out alone
    """The decision reads views, which must first have processed everything recorded before."""


class Batch:
    """Decides requests on one unit of work; nothing is recorded before `commit`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._head = runner.log.head()
        self._fresh: OrderedDict[UUID, int] = OrderedDict()
        self._began: dict[UUID, int] = {}
        self.work = runner.log.work()

    def begin(self, ids: Iterable[UUID]) -> None:
        """Begin a new unit of work, and load with one query what these ids name."""
        self._began, self.work, self._head = {}, self._runner.log.work(), self._runner.log.head()
        self.load(ids)

    def load(self, ids: Iterable[UUID]) -> None:
        """Load with one query what these ids name, sites included."""
        named = set(ids)
        self.work.preload(named)
        self.work.preload_owners(named)

    def take(self, request: Request, command: Command, status: int, location: str | None) -> None:
        """Decide one request, and keep its answer; a refusal is kept and raised.

        Raises `NeedsViews` when it must be carried out alone, and the problems of the command.
        """
        try:
            changed, envelope = self._runner.decide(request, command, self.work, self._open_on)
        except Problem as problem:
            if problem.kind in KEPT:
                self.work.answer(self._runner.rejected(request, problem))
            raise
        before = len(self.work.events)
        entities = (changed.entity, *changed.others)
        many = self.work.add(envelope, *entities)
        self._note(before, entities)
        stored = encode(stored_reply(changed, status, location, None if many else self._head)).decode()
        self.work.answer(self._runner.applied(request, stored, before if many else None, many))

    def commit(self) -> None:
        """Record what was decided, then begin anew; raises what `Work.commit` raises."""
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
        """Drop the undecided changes of a refused command, with all that this batch has decided about it."""
        if self.is_dirty():
            self.work.forget()

    def is_dirty(self) -> bool:
        """Whether a refused command has left changes that were not added: then nothing more can be added."""
        return self.work.is_undecided()

    def _open_on(self, case: Case, _: Work) -> Open:
        """Zero counts for a case that, as this batch knows, never had work; raises `NeedsViews` for another."""
        if case.status == Status.RESOLVED and not self._has_no_work(case.id, case.version):
            raise NeedsViews
        return {"open_work_orders": 0, "open_discrepancies": 0}

    def _has_no_work(self, case: UUID, version: int) -> bool:
        """Whether this batch or one before it has opened the case, nobody else changed it, and it never had work."""
        known = self._began.get(case, self._fresh.get(case))
        return known is not None and known == version

    def _note(self, before: int, entities: Iterable[Any]) -> None:
        """Remember which cases have no work, as the views do not know that yet."""
        for event in self.work.events[before:]:
            if getattr(type(event), "TOPIC", "") in ("case.work_started", "case.merged"):
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

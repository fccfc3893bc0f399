"""The outcome of one operation: entities that changed, notices of what does not fit, or a problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from commands.running.changed import Changed
from domain.kernel.aggregate import Entity
from domain.kernel.problem import TYPE, Problem, Refused
from domain.recording.unit_of_work import Work
from domain.stock.location import Location
from domain.work.late_work import late_work
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from sync.notices import Notice, notice
from sync.problems import UnknownReference


class Outcome(NamedTuple):
    """The effect of an operation: its entities hold the events; `case` is the case that they belong to."""

    entities: tuple[Entity, ...]
    notices: tuple[Notice, ...] = ()
    case: UUID | None = None

    @classmethod
    def of(cls, changed: Changed, case: UUID | None = None) -> Outcome:
        """The effect of a command of the office that a technician may ask for too."""
        return cls((changed.entity, *changed.others), (), case)


class NotYours(Refused):
    """The work order is assigned to somebody else; ask the office."""


class NotYourCustomer(Refused):
    """You have no open work for this customer; ask the office."""


class Context(NamedTuple):
    """What a handler needs: the unit of work, the operation's id, its technician, its time and zone.

    `seen` is the position up to which its author had read. `earlier` gives the streams and topics that an earlier
    operation of this technician has recorded, `works_for` says whether they have open work for a customer.
    """

    work: Work
    operation: UUID
    technician: UUID
    occurred_at: datetime
    zone: str
    seen: int | None
    earlier: Callable[[UUID], list[tuple[UUID, str]]]
    works_for: Callable[[UUID], bool]

    def require(self, kind: Any, stream: UUID) -> Any:
        """The entity of this kind that an operation references; raises `UnknownReference`."""
        entity = self.work.find(kind, stream)
        if entity is None:
            raise UnknownReference(f"There is no {kind.TOPIC.replace('_', ' ')} {stream}.")
        return entity

    def derived_id(self, kind: str) -> UUID:
        """The id of an entity of this kind that the operation creates, the same each time it is decided."""
        return uuid5(NAMESPACE_OID, f"{kind} {self.operation}")

    def must_own(self, order: WorkOrder) -> None:
        """Raise `NotYours` for a work order that is not this technician's."""
        if not order.assigned_to(self.technician):
            raise NotYours

    def misfits(self, order: WorkOrder) -> tuple[Notice, ...]:
        """The notices about a fact of this technician about this work order."""
        found = late_work(self.technician, assigned=order.technician, cancelled=order.is_cancelled())
        return tuple(notice(kind, {"work_order": order.id}) for kind in found)

    def visit_misfits(self, order: WorkOrder, visit: Visit) -> tuple[Notice, ...]:
        """The notices about a fact of this technician about a visit; call it before the fact changes the visit."""
        found = self.misfits(order)
        if (
            found
            or visit.assigned_to(self.technician)
            or (visit.technician is None and order.assigned_to(self.technician))
        ):
            return found
        return (notice("foreign_visit", {"visit": visit.id}),)

    def van_misfits(self, location: UUID) -> tuple[Notice, ...]:
        """The notice about moving or counting something in a van that is in somebody else's custody.

        Not for `part_used`: what was built in from a colleague's van only shows in the balances.
        """
        place: Location = self.require(Location, location)
        if place.kind != "van" or place.custodian in (None, self.technician):
            return ()
        return (notice("foreign_van", {"location": location}),)


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of one operation as the device gets it."""

    id: UUID
    seq: int
    status: str
    positions: list[int]
    notices: list[Any]
    problem: dict[str, Any] | None = None
    duplicate: bool = False


def problem_document(problem: Problem) -> dict[str, Any]:
    """The problem of a refused or quarantined operation (RFC 9457)."""
    document: dict[str, Any] = {"type": TYPE + problem.code, "title": problem.title(), "detail": problem.detail}
    if problem.errors:
        document["errors"] = problem.errors
    return document

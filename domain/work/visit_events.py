"""The events of a visit, in the order of a day; each names its work order."""

from datetime import datetime
from typing import ClassVar, Literal, Required, TypedDict
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal

EndedWith = Literal["work_order_cancelled", "work_order_closed"]
"""The command that cancelled a visit along with its work order."""
NotDoneReason = Literal["no_access", "no_part", "not_fixed", "unsafe", "customer_cancelled"]


class Planning(TypedDict, total=False):
    """The fields of a planned visit; the window's instants are aware."""

    work_order: Required[UUID]
    customer: Required[UUID]
    window_start: Required[datetime]
    window_end: Required[datetime]
    zone: Required[str]
    technician: UUID | None
    local_start: str | None
    local_end: str | None


class OfWorkOrder(Entity.Event):
    """An event of a visit names the work order."""

    work_order: UUID


class ByTechnician(OfWorkOrder):
    """A report by a technician, who may be unknown."""

    technician: UUID | None


class VisitEvents:
    """The events of a visit, in the order of a day."""

    class Planned(Begun):
        """A visit is planned within the window; `zone` is the IANA zone of the place.

        `local_start` and `local_end` are the window in the clock times in which it was asked for, where it was.
        """

        TOPIC: ClassVar[str] = "visit.planned"
        work_order: UUID
        customer: UUID
        window_start: datetime
        window_end: datetime
        zone: str
        technician: UUID | None = None
        local_start: str | None = None
        local_end: str | None = None

    class Dispatched(OfWorkOrder):
        """A technician is sent; `previous` is who had the visit before."""

        TOPIC: ClassVar[str] = "visit.dispatched"
        technician: UUID
        previous: UUID | None

    class Accepted(ByTechnician):
        """The technician will go; `unasked` when neither the visit nor its order had been given to them."""

        TOPIC: ClassVar[str] = "visit.accepted"
        unasked: bool | None = None

    class Declined(ByTechnician):
        """The technician will not go; the reason is the technician's own."""

        TOPIC: ClassVar[str] = "visit.declined"
        PERSON: ClassVar[str] = "technician"
        technician: UUID
        reason: Personal = None

    class TravelStarted(ByTechnician):
        """On the way."""

        TOPIC: ClassVar[str] = "visit.travel_started"

    class Arrived(ByTechnician):
        """On site."""

        TOPIC: ClassVar[str] = "visit.arrived"

    class Paused(ByTechnician):
        """The work on site is interrupted."""

        TOPIC: ClassVar[str] = "visit.paused"

    class Resumed(ByTechnician):
        """The work on site goes on."""

        TOPIC: ClassVar[str] = "visit.resumed"

    class Done(ByTechnician):
        """What the visit was for has been done."""

        TOPIC: ClassVar[str] = "visit.done"

    class NotDone(ByTechnician):
        """What the visit was for has not been done."""

        TOPIC: ClassVar[str] = "visit.not_done"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        reason: NotDoneReason
        note: Personal = None

    class Rescheduled(OfWorkOrder):
        """The visit has another window; local times as when it is planned."""

        TOPIC: ClassVar[str] = "visit.rescheduled"
        window_start: datetime
        window_end: datetime
        zone: str
        local_start: str | None = None
        local_end: str | None = None

    class Cancelled(OfWorkOrder):
        """The visit is called off, by itself or with its work order (`ended_with`)."""

        TOPIC: ClassVar[str] = "visit.cancelled"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        ended_with: EndedWith | None = None
        reason: Personal = None

    class Signed(ByTechnician):
        """Somebody signed on site; `size` is in bytes, and the bytes are uploaded later, found by their hash."""

        TOPIC: ClassVar[str] = "visit.signed"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        sha256: str
        size: int
        media_type: str
        signer: Personal = None

    class FactCorrected(ByTechnician):
        """A device takes back its own earlier `operation`, which had recorded `fact` (a topic); both stay recorded."""

        TOPIC: ClassVar[str] = "visit.fact_corrected"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        operation: UUID
        fact: str | None = None
        reason: Personal = None

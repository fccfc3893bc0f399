"""The events of a work order, in the order of a repair, and the codes they use."""

from decimal import Decimal
from typing import ClassVar, Literal, Required, TypedDict
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal
from domain.kernel.priority import Priority

HoldReason = Literal["parts", "customer", "access", "skill", "safety", "approval"]
Fixed = Literal["yes", "temporary", "no"]
LabourKind = Literal["travel", "work", "wait"]


class Opening(TypedDict, total=False):
    """The fields of an opened work order."""

    number: Required[str]
    customer: Required[UUID]
    case: UUID | None
    site: UUID | None
    equipment: UUID | None
    priority: Priority
    problem: str | None


class WithWords(Entity.Event):
    """An event whose free text may be about the customer."""

    PERSON: ClassVar[str] = "customer"
    customer: UUID


class CompletionTold(Entity.Event):
    """The work is done, says who did it; `remedy` is a code."""

    technician: UUID | None
    remedy: str | None
    fixed: Fixed


class FailureTold(WithWords):
    """The work cannot be done, says who tried; `reason` is a code, `note` the words where no code fits."""

    technician: UUID | None
    reason: str
    note: Personal = None


class WorkOrderEvents:
    """The events of a work order, in the order of a repair."""

    class Opened(Begun):
        """A repair was requested; `number` is its display name, `problem` is in the customer's words."""

        TOPIC: ClassVar[str] = "work_order.opened"
        PERSON: ClassVar[str] = "customer"
        number: str
        customer: UUID
        case: UUID | None = None
        site: UUID | None = None
        equipment: UUID | None = None
        priority: Priority = "normal"
        problem: Personal = None

    class Assigned(Entity.Event):
        """It was given to a technician, and perhaps taken from another."""

        TOPIC: ClassVar[str] = "work_order.assigned"
        technician: UUID
        previous: UUID | None

    class PartRequired(WithWords):
        """The repair needs a part; `quantity` is in the part's unit."""

        TOPIC: ClassVar[str] = "work_order.part_required"
        part: UUID
        quantity: Decimal
        why: Personal = None

    class Diagnosed(WithWords):
        """What was found, as codes and a note."""

        TOPIC: ClassVar[str] = "work_order.diagnosed"
        problem: str
        cause: str
        remedy: str
        note: Personal = None

    class Held(WithWords):
        """The work has to wait."""

        TOPIC: ClassVar[str] = "work_order.held"
        reason: HoldReason
        note: Personal = None

    class Resumed(Entity.Event):
        """The hold has ended."""

        TOPIC: ClassVar[str] = "work_order.resumed"

    class LabourRecorded(Entity.Event):
        """Somebody spent whole minutes on it."""

        TOPIC: ClassVar[str] = "work_order.labour_recorded"
        minutes: int
        kind: LabourKind
        technician: UUID | None = None

    class NoteAdded(WithWords):
        """Something to remember, in free words."""

        TOPIC: ClassVar[str] = "work_order.note_added"
        text: Personal = None

    class PhotoAttached(Entity.Event):
        """A picture was taken; `size` is in bytes and the bytes themselves are uploaded later, found by their hash."""

        TOPIC: ClassVar[str] = "work_order.photo_attached"
        sha256: str
        size: int
        media_type: str

    class Completed(CompletionTold):
        """The work was completed."""

        TOPIC: ClassVar[str] = "work_order.completed"

    class CompletionReported(CompletionTold):
        """A completion reported by somebody else than the assignee, or after closing; the office confirms it."""

        TOPIC: ClassVar[str] = "work_order.completion_reported"

    class CannotComplete(FailureTold):
        """The work cannot be completed."""

        TOPIC: ClassVar[str] = "work_order.cannot_complete"

    class CannotCompleteReported(FailureTold):
        """A failure reported by somebody else than the assignee, or after closing."""

        TOPIC: ClassVar[str] = "work_order.cannot_complete_reported"

    class Reopened(WithWords):
        """The work was reopened."""

        TOPIC: ClassVar[str] = "work_order.reopened"
        reason: Personal = None

    class Closed(Entity.Event):
        """The order was closed; final."""

        TOPIC: ClassVar[str] = "work_order.closed"

    class Cancelled(WithWords):
        """The order was cancelled; final."""

        TOPIC: ClassVar[str] = "work_order.cancelled"
        reason: Personal = None

    class FactCorrected(WithWords):
        """A device takes back its own earlier `operation`, which had recorded `fact` (a topic); both stay recorded."""

        TOPIC: ClassVar[str] = "work_order.fact_corrected"
        operation: UUID
        fact: str | None = None
        reason: Personal = None

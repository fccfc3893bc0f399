"""A discrepancy: the decisions of people about it. Its existence is derived by the projection."""

from collections.abc import Collection
from functools import lru_cache
from typing import ClassVar, Self
from uuid import UUID, uuid5

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.problem import Refused
from domain.stock.discrepancy_kinds import DiscrepancyKind
from domain.stock.movement_rules import check_approver, check_reason

DISCREPANCY_NAMESPACE = UUID("d51f2b8c-3e70-5a96-b1c4-7a08e94f6d23")
"""Fixed for ever: the ids of discrepancies are computed from it."""


@lru_cache(maxsize=10_000)
def discrepancy_id(kind: DiscrepancyKind, *refs: UUID | str) -> UUID:
    """The id of a discrepancy, computed from its kind and what it concerns, in a fixed order."""
    return uuid5(DISCREPANCY_NAMESPACE, "/".join([kind, *map(str, refs)]))


class NothingAdjusted(Refused):
    """An adjustment must name the movements that correct the balance."""


class Discrepancy(Entity):
    """The decisions about one discrepancy, under its derived id.

    It may be settled more than once, since the same misfit (a negative bin) can recur under the same id; the projection
    decides whether it is open. Nobody who caused it may settle it: `caused_by` are all their ids.
    """

    TOPIC: ClassVar[str] = "discrepancy"

    SNAPSHOT_EVERY: ClassVar[int] = 100

    kind: DiscrepancyKind
    owner: UUID | None
    settled: bool

    class TakenUp(Begun):
        TOPIC: ClassVar[str] = "discrepancy.taken_up"
        kind: DiscrepancyKind
        refs: tuple[UUID, ...] = ()

    class Assigned(Entity.Event):
        TOPIC: ClassVar[str] = "discrepancy.assigned"
        kind: DiscrepancyKind
        to: UUID
        previous: UUID | None

    class Explained(Entity.Event):
        TOPIC: ClassVar[str] = "discrepancy.explained"
        kind: DiscrepancyKind
        by_event: UUID
        note: Personal = None

    class Adjusted(Entity.Event):
        TOPIC: ClassVar[str] = "discrepancy.adjusted"
        kind: DiscrepancyKind
        movements: tuple[UUID, ...]
        approved_by: UUID

    class WrittenOff(Entity.Event):
        TOPIC: ClassVar[str] = "discrepancy.written_off"
        kind: DiscrepancyKind
        approved_by: UUID
        reason: str

    @classmethod
    def take_up(cls, *, id: UUID, kind: DiscrepancyKind, refs: tuple[UUID, ...] = ()) -> Self:
        """Begin to decide about a discrepancy; `refs` is what it concerns (bin, part, order …)."""
        return cls.begin(cls.TakenUp, id=id, kind=kind, refs=refs)

    # Questions

    def is_settled(self) -> bool:
        """Whether the last decision about it settled it."""
        return self.settled

    # Decisions

    def assign(self, to: UUID) -> None:
        """Assign it to somebody; to the same one again changes nothing while it is unsettled."""
        if self.settled or to != self.owner:
            self.trigger_event(self.Assigned, kind=self.kind, to=to, previous=self.owner)

    def explain(self, *, by_event: UUID, by: UUID, caused_by: Collection[UUID] = (), note: str | None = None) -> None:
        """Settle it by an explanation: `by_event` is the movement, or the stream, that explains it."""
        check_approver(by, caused_by)
        self.trigger_event(self.Explained, kind=self.kind, by_event=by_event, note=note)

    def adjust(self, *, movements: tuple[UUID, ...], approved_by: UUID, caused_by: Collection[UUID] = ()) -> None:
        """Settle it by movements that correct the books; they are recorded in the same transaction."""
        check_approver(approved_by, caused_by)
        if not movements:
            raise NothingAdjusted
        self.trigger_event(self.Adjusted, kind=self.kind, movements=movements, approved_by=approved_by)

    def write_off(self, *, reason: str, approved_by: UUID, caused_by: Collection[UUID] = ()) -> None:
        """Settle it without explanation, in the name of the approver."""
        check_approver(approved_by, caused_by)
        check_reason(reason)
        self.trigger_event(self.WrittenOff, kind=self.kind, approved_by=approved_by, reason=reason)

    # Changes

    @event(TakenUp)
    def __init__(self, kind: DiscrepancyKind) -> None:
        self.kind = kind
        self.owner: UUID | None = None
        self.settled = False

    @event(Assigned)
    def _(self, to: UUID) -> None:
        self.owner = to
        self.settled = False

    @event(Explained)
    def _(self) -> None:
        self.settled = True

    @event(Adjusted)
    def _(self) -> None:
        self.settled = True

    @event(WrittenOff)
    def _(self) -> None:
        self.settled = True

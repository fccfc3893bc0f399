"""A stock movement: one part going from one location to another, once, with its cost and purpose."""

from collections.abc import Collection
from decimal import Decimal
from typing import ClassVar, Unpack
from uuid import UUID, uuid5

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.bad_input import bad_member
from domain.kernel.money import Money
from domain.stock.location import LocationKind
from domain.stock.movement import Movement, MovementKind
from domain.stock.movement_rules import check_grounds, check_route, check_units
from domain.stock.part import Tracking

CORRECTION_NAMESPACE = UUID("0b9c6a52-7d1e-5c44-8f3a-90c2e6d4b7a1")


def correction_id(movement: UUID, turn: int = 0) -> UUID:
    """The id of the movement that corrects another one: always the same, so that it is corrected once.

    Each `turn` gives another id, for when the earlier ones belong to something else.
    """
    return uuid5(CORRECTION_NAMESPACE, f"{movement} {turn}" if turn else str(movement))


class StockMovement(Entity):
    """One movement is one stream with one event. It is never changed; another movement corrects it."""

    TOPIC: ClassVar[str] = "stock_movement"

    class Moved(Begun):
        TOPIC: ClassVar[str] = "stock.moved"
        PERSON: ClassVar[str] = "person"
        kind: MovementKind
        part: UUID
        quantity: Decimal
        from_: UUID
        to: UUID
        lot: str | None = None
        serials: tuple[str, ...] = ()
        cost: Money | None = None
        reason: str | None = None
        work_order: UUID | None = None
        visit: UUID | None = None
        equipment: UUID | None = None
        customer: UUID | None = None
        case: UUID | None = None
        technician: UUID | None = None
        transfer: UUID | None = None
        count: UUID | None = None
        discrepancy: UUID | None = None
        po_line: UUID | None = None
        return_: UUID | None = None
        billable: bool | None = None
        approved_by: UUID | None = None
        corrects: UUID | None = None
        person: UUID | None = None
        note: Personal = None
        unit: str | None = None
        cost_per: int | None = None

    # Facts (refused only when they are no movement at all)

    @classmethod
    def record(cls, *, id: UUID, **movement: Unpack[Movement]) -> "StockMovement":
        """Record a movement, whether or not the books allow for it; raises `BadInput` for an invalid one."""
        if movement["quantity"] <= 0:
            raise bad_member("/quantity", "The quantity must be above zero.")
        if movement["from_"] == movement["to"]:
            raise bad_member("/to", "A movement goes from one location to another.")
        return cls.begin(cls.Moved, id=id, **movement)

    def reverse(self, *, id: UUID, reason: str, approved_by: UUID | None = None) -> "StockMovement":
        """The movement that takes all of this one back, at the cost it was made with; this one stays."""
        back: Movement = {
            **self.moved,
            "kind": "correction",
            "from_": self.moved["to"],
            "to": self.moved["from_"],
            "reason": reason,
            "approved_by": approved_by,
            "corrects": self.id,
        }
        return StockMovement.record(id=id, **back)

    # Decisions (may be refused)

    @classmethod
    def decide(
        cls,
        *,
        id: UUID,
        from_kind: LocationKind,
        to_kind: LocationKind,
        tracking: Tracking = "none",
        unit_kept: str | None = None,
        caused_by: Collection[UUID] = (),
        **movement: Unpack[Movement],
    ) -> "StockMovement":
        """A movement made by the office, checked by the rules of its kind.

        The caller passes the kinds of these locations, the part's tracking and unit and, for an adjustment, all ids of
        those who counted or caused the difference.
        """
        check_route(movement, from_kind, to_kind)
        check_grounds(movement, caused_by)
        check_units(movement, tracking, unit_kept)
        return cls.record(id=id, **movement)

    # Changes

    @event(Moved)
    def __init__(
        self,
        *,
        kind: MovementKind,
        part: UUID,
        quantity: Decimal,
        from_: UUID,
        to: UUID,
        lot: str | None,
        serials: tuple[str, ...],
        cost: Money | None,
        work_order: UUID | None,
        visit: UUID | None,
        equipment: UUID | None,
        customer: UUID | None,
        case: UUID | None,
        technician: UUID | None,
        transfer: UUID | None,
        count: UUID | None,
        discrepancy: UUID | None,
        po_line: UUID | None,
        return_: UUID | None,
        billable: bool | None,
        cost_per: int | None,
    ) -> None:
        self.moved: Movement = {
            "kind": kind,
            "part": part,
            "quantity": quantity,
            "from_": from_,
            "to": to,
            "lot": lot,
            "serials": serials,
            "cost": cost,
            "cost_per": cost_per,
            "work_order": work_order,
            "visit": visit,
            "equipment": equipment,
            "customer": customer,
            "case": case,
            "technician": technician,
            "transfer": transfer,
            "count": count,
            "discrepancy": discrepancy,
            "po_line": po_line,
            "return_": return_,
            "billable": billable,
        }

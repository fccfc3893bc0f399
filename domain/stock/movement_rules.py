"""Rules of movements made by the office, each with the refusal that explains it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.kernel.problem import Refused
from domain.stock.location import LocationKind
from domain.stock.movement import Movement, fits
from domain.stock.part import Tracking
from domain.stock.unit_misfits import same_unit


class WrongRoute(Refused):
    """A movement of this kind does not go from such a location to such a location."""


class WorkNotNamed(Refused):
    """A consumption names the visit or the work order it was for."""


class CauseNotNamed(Refused):
    """An adjustment names the count or the discrepancy that it settles."""


class ApproverNotNamed(Refused):
    """An adjustment names who approved it."""


class SettledByItsCause(Refused):
    """Nobody may settle a difference that they counted or caused; ask another person to approve."""


class ReasonNotNamed(Refused):
    """Give a reason."""


class CorrectedNotNamed(Refused):
    """A correction names the movement that it takes back."""


class SerialsDoNotMatch(Refused):
    """Each unit of a part that is tracked by serial number is named by its own serial number."""


class LotNotNamed(Refused):
    """A part that is tracked by lot names the lot."""


class UnitIsAnother(Refused):
    """The part is kept in another unit; give the quantity in the catalogue's."""


def check_route(movement: Movement, from_kind: LocationKind, to_kind: LocationKind) -> None:
    """Refuse a kind of movement between locations that it does not join."""
    kind = movement["kind"]
    if not fits(kind, from_kind, to_kind):
        raise WrongRoute(f"The movement {kind} does not go from {from_kind} to {to_kind}.")


def check_grounds(movement: Movement, caused_by: Collection[UUID]) -> None:
    """Refuse a movement that does not name what it was for, or is approved by one of `caused_by`."""
    kind = movement["kind"]
    if kind == "consumption" and not (movement.get("visit") or movement.get("work_order")):
        raise WorkNotNamed
    if kind in ("scrap", "correction"):
        check_reason(movement.get("reason"))
    if kind == "correction" and not movement.get("corrects"):
        raise CorrectedNotNamed
    if kind == "adjustment":
        if not (movement.get("count") or movement.get("discrepancy")):
            raise CauseNotNamed
        check_approver(movement.get("approved_by"), caused_by)


def check_reason(reason: str | None) -> None:
    """Raise `ReasonNotNamed` for an empty reason."""
    if not (reason or "").strip():
        raise ReasonNotNamed


def check_approver(approver: UUID | None, caused_by: Collection[UUID]) -> None:
    """Raise `ApproverNotNamed` without an approver, `SettledByItsCause` for one in `caused_by` (all ids of each)."""
    if approver is None:
        raise ApproverNotNamed
    if approver in caused_by:
        raise SettledByItsCause


def check_units(movement: Movement, tracking: Tracking, unit: str | None = None) -> None:
    """Refuse serial numbers that do not match the quantity, tracked parts without serial numbers or lot, other units.

    `unit` is the catalogue's.
    """
    if unit is not None and not same_unit(movement.get("unit"), unit):
        raise UnitIsAnother(f"The part is kept in {unit}; give the quantity in {unit}.")
    serials = movement.get("serials", ())
    matches = len(serials) == movement["quantity"] and len(set(serials)) == len(serials)
    if (serials or tracking == "serial") and not matches:
        raise SerialsDoNotMatch
    if tracking == "lot" and not (movement.get("lot") or "").strip():
        raise LotNotNamed

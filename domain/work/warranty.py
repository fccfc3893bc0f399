"""A warranty of a machine: terms by day, and the day of its withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from domain.kernel.bad_input import bad_member
from domain.kernel.problem import NotFound, Refused

WITHDRAWALS = ("mistake", "misuse", "repaired_elsewhere", "not_paid", "other")
"""Codes of why a warranty is withdrawn; anything else is kept as words."""


class Warranty(msgspec.Struct, frozen=True):
    """Terms that hold from one day until another, both included, and not from the day `withdrawn` on."""

    from_: date
    until: date
    terms: str
    withdrawn: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the terms hold on this day."""
        return self.from_ <= day <= self.until and (self.withdrawn is None or day < self.withdrawn)


class NoSuchWarranty(NotFound):
    """The equipment has no warranty with this number."""


class WarrantyIsWithdrawn(Refused):
    """The warranty has been withdrawn from that day, or an earlier one, already."""


def must_end_behind(from_: date, until: date) -> None:
    """Raise `BadInput` for a warranty that would end before it begins."""
    if until < from_:
        raise bad_member("/until", "A warranty does not end before it begins.")


def withdrawn_from(warranties: Sequence[Warranty], number: int, from_: date | None) -> date:
    """The first day on which a warranty no longer holds when it is withdrawn, as a whole or from a day on.

    Raises `NoSuchWarranty`, `WarrantyIsWithdrawn` for one that is withdrawn from there already, and `BadInput` for a
    day after its end.
    """
    if not 1 <= number <= len(warranties):
        raise NoSuchWarranty
    warranty = warranties[number - 1]
    day = max(from_ or warranty.from_, warranty.from_)
    if warranty.withdrawn is not None and warranty.withdrawn <= day:
        raise WarrantyIsWithdrawn
    if day > warranty.until:
        raise bad_member("/from", f"The warranty ends on {warranty.until.isoformat()} anyway.")
    return day

"""A part of the catalogue: its names, unit, tracking, costs and replacement."""

import re
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from domain.kernel.aggregate import Begun, Entity, event
from domain.kernel.bad_input import bad_member
from domain.kernel.money import Money
from domain.kernel.problem import Refused
from domain.stock.gtin import check_gtins

Tracking = Literal["none", "lot", "serial"]
Criticality = Literal["V", "E", "D"]
"""Vital, essential or desirable."""

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class PartName(msgspec.Struct, frozen=True):
    """The name of a part in one language (a BCP 47 tag)."""

    language: str
    text: str


class SupersedesItself(Refused):
    """A part cannot replace itself; name the part that does."""


class SupersededInCircle(Refused):
    """That part's replacements lead back to it or to this part; name another part."""


class Part(Entity):
    """A part. Its number, unit and history stay; names and costs may change."""

    TOPIC: ClassVar[str] = "part"

    class Registered(Begun):
        TOPIC: ClassVar[str] = "part.registered"
        number: str
        names: tuple[PartName, ...]
        unit: str
        tracking: Tracking
        criticality: Criticality | None = None
        gtins: tuple[str, ...] = ()

    class Revised(Entity.Event):
        TOPIC: ClassVar[str] = "part.revised"
        names: tuple[PartName, ...]
        tracking: Tracking
        criticality: Criticality | None = None
        gtins: tuple[str, ...] = ()

    class CostSet(Entity.Event):
        TOPIC: ClassVar[str] = "part.cost_set"
        cost: Money
        from_: date
        per: int | None = None

    class Superseded(Entity.Event):
        TOPIC: ClassVar[str] = "part.superseded"
        by: UUID

    class Discontinued(Entity.Event):
        TOPIC: ClassVar[str] = "part.discontinued"

    @classmethod
    def register(
        cls,
        *,
        id: UUID,
        number: str,
        names: tuple[PartName, ...],
        unit: str,
        tracking: Tracking = "none",
        criticality: Criticality | None = None,
        gtins: tuple[str, ...] = (),
    ) -> "Part":
        """A new part of the catalogue; raises `BadInput` for names or GTINs that cannot be."""
        check_names(names)
        check_gtins(gtins)
        return cls.begin(
            cls.Registered,
            id=id,
            number=number,
            names=names,
            unit=unit,
            tracking=tracking,
            criticality=criticality,
            gtins=gtins,
        )

    # Questions

    def is_discontinued(self) -> bool:
        """No longer bought; what is in stock may still be used."""
        return self.discontinued

    def cost_on(self, day: date) -> Money | None:
        """What one unit costs on that day, as far as is known now; the cost that a movement freezes."""
        since = max((start for start in self.costs if start <= day), default=None)
        return None if since is None else self.costs[since]

    def cost_per(self, day: date) -> int | None:
        """For how many units that is; None for one."""
        return self.per.get(max((start for start in self.costs if start <= day), default=day))

    # Decisions

    def revise(
        self,
        *,
        names: tuple[PartName, ...],
        tracking: Tracking,
        criticality: Criticality | None,
        gtins: tuple[str, ...],
    ) -> None:
        """Set all that may change about a part; the same values again change nothing. Unit and number never change."""
        check_names(names)
        check_gtins(gtins)
        if (names, tracking, criticality, gtins) != (self.names, self.tracking, self.criticality, self.gtins):
            self.trigger_event(self.Revised, names=names, tracking=tracking, criticality=criticality, gtins=gtins)

    def set_cost(self, *, cost: Money, from_: date, per: int | None = None) -> None:
        """What a unit, or `per` units, cost from that date on; movements keep the cost they were made with."""
        if cost.amount < 0 or not re.fullmatch("[A-Z]{3}", cost.currency):
            _refuse_input("/cost", "A cost is a whole number of minor units, not negative, with an ISO 4217 code.")
        self.trigger_event(self.CostSet, cost=cost, from_=from_, per=per)

    def supersede(self, by: UUID) -> None:
        """Name the part that replaces this one."""
        if by == self.id:
            raise SupersedesItself
        if by != self.superseded_by:
            self.trigger_event(self.Superseded, by=by)

    def discontinue(self) -> None:
        """Buy no more of it; doing so twice changes nothing."""
        if not self.discontinued:
            self.trigger_event(self.Discontinued)

    # Changes

    @event(Registered)
    def __init__(
        self,
        names: tuple[PartName, ...],
        unit: str,
        tracking: Tracking,
        criticality: Criticality | None,
        gtins: tuple[str, ...],
    ) -> None:
        self.unit = unit
        self.names = names
        self.tracking = tracking
        self.criticality = criticality
        self.gtins = gtins
        self.costs: dict[date, Money] = {}
        self.per: dict[date, int | None] = {}
        self.superseded_by: UUID | None = None
        self.discontinued = False

    @event(Revised)
    def _(
        self, names: tuple[PartName, ...], tracking: Tracking, criticality: Criticality | None, gtins: tuple[str, ...]
    ) -> None:
        self.names = names
        self.tracking = tracking
        self.criticality = criticality
        self.gtins = gtins

    @event(CostSet)
    def _(self, cost: Money, from_: date, per: int | None) -> None:
        self.costs[from_], self.per[from_] = cost, per

    @event(Superseded)
    def _(self, by: UUID) -> None:
        self.superseded_by = by

    @event(Discontinued)
    def _(self) -> None:
        self.discontinued = True


def check_names(names: tuple[PartName, ...]) -> None:
    """Raise `BadInput` unless there is a name, one a language, none of them empty."""
    languages = [name.language for name in names]
    if not names or len(set(languages)) < len(languages):
        _refuse_input("/names", "A part has at least one name, and at most one in each language.")
    if not all(LANGUAGE.fullmatch(name.language) and name.text.strip() for name in names):
        _refuse_input("/names", "A name is a text with the tag of its language, like de or en-GB.")


def _refuse_input(pointer: str, detail: str) -> None:
    raise bad_member(pointer, detail)

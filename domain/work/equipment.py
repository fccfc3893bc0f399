"""Equipment: one machine at a customer's, its place, its owner, its warranties and whether it is in repair."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

import msgspec

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.reason import reason_and_note
from domain.work.equipment_status import EquipmentIsRetired, NotInRepair, NotInstalled, Status
from domain.work.warranty import WITHDRAWALS, Warranty, must_end_behind, withdrawn_from

__all__ = [
    "RETIREMENTS",
    "Equipment",
    "EquipmentIsRetired",
    "NotInRepair",
    "NotInstalled",
    "Status",
    "Warranty",
]

RETIREMENTS = ("scrapped", "replaced", "sold", "lost", "beyond_repair", "other")
"""Codes of why equipment is retired; anything else is kept as words."""


class Equipment(Entity):
    """One machine. Texts about it belong to its owner, or to itself while it has none."""

    TOPIC: ClassVar[str] = "equipment"

    class Registered(Begun):
        TOPIC: ClassVar[str] = "equipment.registered"
        model: str
        serial: str | None
        customer: UUID | None = None

    class Installed(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.installed"
        site: UUID
        customer: UUID

    class WarrantySet(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.warranty_set"
        from_: date
        until: date
        terms: str

    class WarrantyWithdrawn(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.warranty_withdrawn"
        PERSON: ClassVar[str] = "person"
        person: UUID
        number: int
        from_: date
        reason: str
        note: Personal = None

    class Moved(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.moved"
        site: UUID
        previous: UUID | None

    class OwnerChanged(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.owner_changed"
        customer: UUID
        previous: UUID | None

    class TakenInRepair(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.taken_in_repair"
        work_order: UUID | None

    class Returned(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.returned"
        work_order: UUID | None

    class Retired(Entity.Event):
        TOPIC: ClassVar[str] = "equipment.retired"
        PERSON: ClassVar[str] = "person"
        person: UUID
        reason: str
        note: Personal = None

    @classmethod
    def register(cls, *, id: UUID, model: str, serial: str | None = None, customer: UUID | None = None) -> Self:
        """A new machine, which may have an owner already."""
        return cls.begin(cls.Registered, id=id, model=model, serial=serial, customer=customer)

    # Questions

    def is_retired(self) -> bool:
        """No longer in use."""
        return self.status == Status.RETIRED

    def warranty_on(self, day: date) -> Warranty | None:
        """The terms that hold on a day, the newest where several do; the day is that of the fault."""
        return next((each for each in reversed(self.warranties) if each.holds_on(day)), None)

    # Decisions

    def install(self, *, site: UUID, customer: UUID) -> None:
        """Set its site and its owner; the same again changes nothing."""
        self._must_be_in_use()
        if (self.status, self.site, self.customer) != (Status.INSTALLED, site, customer):
            self.trigger_event(self.Installed, site=site, customer=customer)

    def set_warranty(self, *, from_: date, until: date, terms: str) -> None:
        """Add a warranty with terms from a day until another, both included; earlier warranties stay."""
        self._must_be_in_use()
        must_end_behind(from_, until)
        self.trigger_event(self.WarrantySet, from_=from_, until=until, terms=terms)

    def withdraw_warranty(self, *, number: int, reason: str, from_: date | None = None) -> None:
        """Withdraw a warranty as a whole, or from a day on; `number` counts the warranties in order of setting, from 1.

        `reason` is a code of `WITHDRAWALS` or free text. Raises what `withdrawn_from` raises.
        """
        day = withdrawn_from(self.warranties, number, from_)
        why = reason_and_note(reason, WITHDRAWALS)
        self.trigger_event(self.WarrantyWithdrawn, person=self.customer or self.id, number=number, from_=day, **why)

    def move(self, site: UUID) -> None:
        """Move it to another site of the same owner."""
        self._must_be_in_use()
        if self.site is None:
            raise NotInstalled
        if site != self.site:
            self.trigger_event(self.Moved, site=site, previous=self.site)

    def change_owner(self, customer: UUID) -> None:
        """Set another owner."""
        self._must_be_in_use()
        if customer != self.customer:
            self.trigger_event(self.OwnerChanged, customer=customer, previous=self.customer)

    def take_in_repair(self, work_order: UUID | None = None) -> None:
        """Take it in repair: it cannot be used until it is returned; again changes nothing."""
        self._must_be_in_use()
        if self.status != Status.IN_REPAIR:
            self.trigger_event(self.TakenInRepair, work_order=work_order)

    def return_to_use(self, work_order: UUID | None = None) -> None:
        """Return it to use, at its site."""
        self._must_be_in_use()
        if self.status != Status.IN_REPAIR:
            raise NotInRepair
        self.trigger_event(self.Returned, work_order=work_order)

    def retire(self, reason: str) -> None:
        """Take it out of use for good, for a code of `RETIREMENTS` or a reason in words."""
        self._must_be_in_use()
        self.trigger_event(self.Retired, person=self.customer or self.id, **reason_and_note(reason, RETIREMENTS))

    def _must_be_in_use(self) -> None:
        if self.is_retired():
            raise EquipmentIsRetired

    # Changes

    @event(Registered)
    def __init__(self, customer: UUID | None) -> None:
        self.customer = customer
        self.site: UUID | None = None
        self.warranties: list[Warranty] = []
        self.status = Status.REGISTERED

    @event(Installed)
    def _(self, site: UUID, customer: UUID) -> None:
        self.site, self.customer, self.status = site, customer, Status.INSTALLED

    @event(WarrantySet)
    def _(self, from_: date, until: date, terms: str) -> None:
        self.warranties.append(Warranty(from_, until, terms))

    @event(WarrantyWithdrawn)
    def _(self, number: int, from_: date) -> None:
        self.warranties[number - 1] = msgspec.structs.replace(self.warranties[number - 1], withdrawn=from_)

    @event(Moved)
    def _(self, site: UUID) -> None:
        self.site = site

    @event(OwnerChanged)
    def _(self, customer: UUID) -> None:
        self.customer = customer

    @event(TakenInRepair)
    def _(self) -> None:
        self.status = Status.IN_REPAIR

    @event(Returned)
    def _(self) -> None:
        self.status = Status.REGISTERED if self.site is None else Status.INSTALLED

    @event(Retired)
    def _(self) -> None:
        self.status = Status.RETIRED

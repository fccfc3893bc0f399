"""A location: any place that parts move from or to, virtual ones included."""

from typing import ClassVar, Literal
from uuid import UUID, uuid5

from domain.kernel.aggregate import Begun, Entity, event
from domain.kernel.bad_input import bad_member
from domain.kernel.instant import parse_zone
from domain.kernel.problem import Refused

LocationKind = Literal[
    "warehouse", "van", "site", "equipment", "transit", "supplier", "customer", "scrap", "quarantine", "unexplained"
]

LOCATION_NAMESPACE = UUID("6f1c0f8e-4a53-5d0b-9a77-2b1d3c5e7f90")
"""Fixed for ever: the ids below are computed from it and are in the log."""

VIRTUAL: dict[LocationKind, UUID] = {
    "transit": uuid5(LOCATION_NAMESPACE, "transit"),
    "supplier": uuid5(LOCATION_NAMESPACE, "supplier"),
    "customer": uuid5(LOCATION_NAMESPACE, "customer"),
    "scrap": uuid5(LOCATION_NAMESPACE, "scrap"),
    "quarantine": uuid5(LOCATION_NAMESPACE, "quarantine"),
    "unexplained": uuid5(LOCATION_NAMESPACE, "unexplained"),
}
"""The well-known location of each virtual kind; the movement names the supplier or customer."""

ONLY_ONE: frozenset[LocationKind] = frozenset({"transit", "supplier", "customer", "scrap", "unexplained"})
"""Kinds of which only the well-known location exists."""

BINS: frozenset[LocationKind] = frozenset({"warehouse", "van", "quarantine"})


def is_bin(kind: LocationKind) -> bool:
    """Whether stock there can be counted, so that a negative balance is a discrepancy."""
    return kind in BINS


class ThereIsOnlyOne(Refused):
    """There is one such location for everything; use that one instead of registering another."""


class NotAVan(Refused):
    """Only a van is taken into custody."""


class LocationIsRetired(Refused):
    """The location is retired; choose one that is in use."""


class Location(Entity):
    """A place with parts. A van has one custodian at a time."""

    TOPIC: ClassVar[str] = "location"
    SNAPSHOT_EVERY: ClassVar[int] = 100

    kind: LocationKind
    custodian: UUID | None
    retired: bool
    site: UUID | None
    zone: str | None

    class Registered(Begun):
        TOPIC: ClassVar[str] = "location.registered"
        kind: LocationKind
        name: str
        site: UUID | None = None
        zone: str | None = None

    class CustodyTaken(Entity.Event):
        TOPIC: ClassVar[str] = "location.custody_taken"
        technician: UUID
        previous: UUID | None

    class Retired(Entity.Event):
        TOPIC: ClassVar[str] = "location.retired"

    @classmethod
    def register(
        cls, *, id: UUID, kind: LocationKind, name: str, site: UUID | None = None, zone: str | None = None
    ) -> "Location":
        """A new location; one of kind `site` names the customer's site it is at; `zone` is its own IANA zone."""
        if kind in ONLY_ONE and id != VIRTUAL[kind]:
            raise ThereIsOnlyOne
        if kind == "site" and site is None:
            raise bad_member("/site", "A location at a customer names the site.")
        zone = None if zone is None else parse_zone(zone)
        return cls.begin(cls.Registered, id=id, kind=kind, name=name, site=site, zone=zone)

    # Questions

    def is_retired(self) -> bool:
        """No longer in use; what happened there is still recorded."""
        return self.retired

    def in_custody_of(self, technician: UUID) -> bool:
        """Whether the van is this technician's."""
        return self.custodian == technician

    # Decisions

    def take_custody(self, technician: UUID) -> None:
        """Hand the van over to a technician; to the same one again changes nothing."""
        if self.kind != "van":
            raise NotAVan
        if self.retired:
            raise LocationIsRetired
        if technician != self.custodian:
            self.trigger_event(self.CustodyTaken, technician=technician, previous=self.custodian)

    def retire(self) -> None:
        """Take the location out of use; the well-known ones stay."""
        if self.id in VIRTUAL.values():
            raise ThereIsOnlyOne("This location is part of the books and cannot be retired.")
        if not self.retired:
            self.trigger_event(self.Retired)

    # Changes

    @event(Registered)
    def __init__(self, kind: LocationKind, site: UUID | None, zone: str | None) -> None:
        self.kind, self.site, self.zone = kind, site, zone
        self.custodian = None
        self.retired = False

    @event(CustodyTaken)
    def _(self, technician: UUID) -> None:
        self.custodian = technician

    @event(Retired)
    def _(self) -> None:
        self.retired = True

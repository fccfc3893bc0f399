"""A customer: their details, their sites, and their erasure."""

from collections.abc import Mapping
from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain.care.customer_change import FIELDS, Clash, Value, check_fields, cleared, split_changes, texts
from domain.care.customer_events import CustomerEvents, Details, SiteDetails
from domain.care.customer_refusals import CustomerIsErased, CustomerIsMerged, MergedIntoItself, NoSuchSite, SiteIsKnown
from domain.care.site_zone import PlaceZone, ZoneBasis
from domain.kernel.aggregate import Entity, event
from domain.kernel.instant import parse_zone


class Customer(CustomerEvents, Entity):
    """One customer. All texts are personal: after erasure every field is None here and in the log."""

    TOPIC: ClassVar[str] = "customer"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_SEALS: ClassVar[Mapping[str, object]] = {"details": dict.fromkeys(FIELDS)}

    details: dict[str, Value]
    sites: list[UUID]
    site_zones: dict[UUID, PlaceZone]
    merged_into: UUID | None
    erased: bool

    @classmethod
    def register(
        cls,
        *,
        id: UUID,
        name: str,
        phones: tuple[str, ...] = (),
        email: str | None = None,
        language: str = "en",
        zone: str | None = None,
    ) -> Self:
        """A new customer; `language` is a BCP 47 tag, `zone` an IANA zone; raises `BadInput` for what cannot be."""
        fields: dict[str, Value] = {"name": name, "phones": phones, "language": language}
        check_fields(fields | {"email": email or "", "zone": zone or ""})
        return cls.begin(cls.Registered, id=id, email=email, zone=zone, **fields)

    # Questions

    def is_erased(self) -> bool:
        """Whether the customer was erased."""
        return self.erased

    def has_site(self, site: UUID) -> bool:
        """Whether the site is this customer's."""
        return site in self.sites

    def zone_at(self, site: UUID | None) -> str | None:
        """The zone of a site, without one that is known the customer's own; None where neither is known."""
        known = None if site is None else self.site_zones.get(site)
        return known.zone if known is not None else str(self.details["zone"] or "") or None

    # Decisions

    def change(self, **details: Unpack[Details]) -> None:
        """Set the given details; what is not given or is that already stays, and an empty text or list clears."""
        self._must_be_there()
        given: dict[str, Value] = {field: value for field, value in details.items() if value is not None}  # type: ignore[misc]
        check_fields(given)
        self._change(
            split_changes(self.details, {field: (self.details[field], value) for field, value in given.items()})[0]
        )

    def request_change(self, changes: Mapping[str, tuple[Value, Value]]) -> tuple[Clash, ...]:
        """Apply changes requested by a device, each from a known to a new value; returns those that clash.

        A field with another value than the device knew keeps it, and the requested value is recorded beside it.
        """
        self._must_be_there()
        wanted = {field: (from_, cleared(field) if to is None else to) for field, (from_, to) in changes.items()}
        check_fields({field: to for field, (_, to) in wanted.items()})
        change, clashes = split_changes(self.details, wanted)
        self._change(change)
        for clash in clashes:
            kept, wish = texts(clash.kept), texts(clash.wanted)
            self.trigger_event(self.ChangeClashed, field=clash.field, kept=kept, wanted=wish)
        return clashes

    def add_site(
        self,
        *,
        site: UUID,
        zone: str,
        address: str,
        access_notes: str | None = None,
        zone_basis: ZoneBasis | None = None,
    ) -> None:
        """A place where the customer has equipment, in an IANA zone; `zone_basis` is what that was taken from."""
        self._must_be_there()
        if self.has_site(site):
            raise SiteIsKnown
        parse_zone(zone)
        details = {"address": address, "access_notes": access_notes, "zone_basis": zone_basis}
        self.trigger_event(self.SiteAdded, site=site, zone=zone, **details)

    def change_site(self, site: UUID, **details: Unpack[SiteDetails]) -> None:
        """Set the given details of a site; what is not given stays, and an empty text clears."""
        self._must_be_there()
        self._change_site(site, details)

    def change_site_for(self, remaining: UUID, site: UUID, **details: Unpack[SiteDetails]) -> None:
        """The same for the entry `remaining`, which this one was merged into; the site stays on this entry."""
        if self.erased:
            raise CustomerIsErased
        assert remaining != self.id, "an entry that was merged"
        self._change_site(site, details)

    def _change_site(self, site: UUID, details: SiteDetails) -> None:
        if not self.has_site(site):
            raise NoSuchSite
        if (zone := details.get("zone")) is not None:
            parse_zone(zone)
        if any(value is not None for value in details.values()):
            self.trigger_event(self.SiteChanged, site=site, **details)

    def merge(self, into: UUID) -> None:
        """Merge this entry into another one of the same customer, which remains."""
        self._must_be_there()
        if into == self.id:
            raise MergedIntoItself
        self.trigger_event(self.Merged, into=into)

    def erase(self) -> None:
        """Erase the customer, merged or not; their key is destroyed after this is recorded. Again changes nothing."""
        if not self.erased:
            self.trigger_event(self.Erased)

    def _change(self, change: Mapping[str, Value]) -> None:
        if change:
            self.trigger_event(self.Changed, fields=tuple(change), **change)

    def _must_be_there(self) -> None:
        if self.erased:
            raise CustomerIsErased
        if self.merged_into:
            raise CustomerIsMerged(into=str(self.merged_into))

    # Changes

    @event(CustomerEvents.Registered)
    def __init__(
        self, name: str | None, phones: tuple[str, ...] | None, email: str | None, language: str, zone: str | None
    ) -> None:
        self.details: dict[str, Value] = dict(zip(FIELDS, (name, phones, email, language, zone), strict=True))
        self.sites: list[UUID] = []
        self.site_zones: dict[UUID, PlaceZone] = {}
        self.merged_into: UUID | None = None
        self.erased = False

    @event(CustomerEvents.Changed)
    def _(
        self,
        name: str | None,
        phones: tuple[str, ...] | None,
        email: str | None,
        language: str | None,
        zone: str | None,
    ) -> None:
        values = zip(FIELDS, (name, phones, email, language, zone), strict=True)
        self.details.update({field: value for field, value in values if value is not None})

    @event(CustomerEvents.SiteAdded)
    def _(self, site: UUID, zone: str, zone_basis: ZoneBasis | None) -> None:
        self.sites.append(site)
        self.site_zones[site] = PlaceZone(zone, zone_basis)

    @event(CustomerEvents.SiteChanged)
    def _(self, site: UUID, zone: str | None, zone_basis: ZoneBasis | None) -> None:
        if zone is not None:
            self.site_zones[site] = PlaceZone(zone, zone_basis)

    @event(CustomerEvents.Merged)
    def _(self, into: UUID) -> None:
        self.merged_into = into

    @event(CustomerEvents.Erased)
    def _(self) -> None:
        self.details = dict.fromkeys(FIELDS)
        self.erased = True

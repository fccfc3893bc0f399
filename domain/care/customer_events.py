"""The events of a customer; all their texts are the customer's personal data."""

from typing import ClassVar, TypedDict
from uuid import UUID

from domain.care.site_zone import ZoneBasis
from domain.kernel.aggregate import Begun, Entity, Personal, PersonalList


class Details(TypedDict, total=False):
    """What may be changed about a customer; what is absent or None stays, an empty text or list clears."""

    name: str | None
    phones: tuple[str, ...] | None
    email: str | None
    language: str | None
    zone: str | None


class SiteDetails(TypedDict, total=False):
    """What may be changed about a site; what is absent or None stays, an empty text clears."""

    address: str | None
    zone: str | None
    access_notes: str | None
    zone_basis: ZoneBasis | None


class CustomerEvents:
    """The events of a customer."""

    class Registered(Begun):
        """A new customer; `language` is a BCP 47 tag, `zone` the IANA zone where they live."""

        TOPIC: ClassVar[str] = "customer.registered"
        language: str
        zone: str | None
        name: Personal = None
        phones: PersonalList = None
        email: Personal = None

    class Changed(Entity.Event):
        """The fields named in `fields` have new values; those of other fields are None and without meaning."""

        TOPIC: ClassVar[str] = "customer.changed"
        fields: tuple[str, ...]
        language: str | None = None
        zone: str | None = None
        name: Personal = None
        phones: PersonalList = None
        email: Personal = None

    class ChangeClashed(Entity.Event):
        """Somebody wanted to change a field that had become something else; a text each, or several phones."""

        TOPIC: ClassVar[str] = "customer.change_clashed"
        field: str
        kept: PersonalList = None
        wanted: PersonalList = None

    class SiteAdded(Entity.Event):
        """A place where the customer has equipment; `zone` is its IANA zone, `zone_basis` what that was taken from."""

        TOPIC: ClassVar[str] = "customer.site_added"
        site: UUID
        zone: str
        address: Personal = None
        access_notes: Personal = None
        zone_basis: ZoneBasis | None = None

    class SiteChanged(Entity.Event):
        """The fields of a site that are not None have these values now."""

        TOPIC: ClassVar[str] = "customer.site_changed"
        site: UUID
        zone: str | None = None
        address: Personal = None
        access_notes: Personal = None
        zone_basis: ZoneBasis | None = None

    class Merged(Entity.Event):
        """This entry was merged into another one of the same customer, which remains."""

        TOPIC: ClassVar[str] = "customer.merged"
        into: UUID

    class Erased(Entity.Event):
        """The customer was erased; events stay without their texts."""

        TOPIC: ClassVar[str] = "customer.erased"

"""The zone of a site: as given, or determined by its country, region and postcode, or by its address."""

from __future__ import annotations

from typing import NamedTuple, TypedDict
from uuid import UUID

from domain.care.customer import Customer
from domain.care.site_zone import PlaceZone, ZoneBasis, zone_of_address, zone_of_place
from domain.kernel.bad_input import bad_member


class Whereabouts(NamedTuple):
    """The fields that determine the zone of a site; only the address is stored."""

    zone: str | None = None
    country: str | None = None
    region: str | None = None
    postcode: str | None = None
    address: str | None = None


class Zoned(TypedDict, total=False):
    """A zone and its basis."""

    zone: str
    zone_basis: ZoneBasis | None


def zone_fields(where: Whereabouts, customer: Customer, site: UUID, company_zone: str) -> Zoned:
    """`zone` and `zone_basis` of a site that is added or changed; empty where its zone stays as it is.

    After a new address a zone that was not given is determined again. Raises a `Problem` where that is impossible.
    """
    if where.zone is not None:
        return _of(PlaceZone(where.zone, "given"))
    if where.country is not None:
        return _of(zone_of_place(where.country, region=where.region, postcode=where.postcode))
    if where.region is not None or where.postcode is not None:
        raise bad_member("/country", "A region or postcode decides about the zone only together with the country.")
    known = customer.site_zones.get(site)
    if where.address is None or (known is not None and known.basis in (None, "given")):
        return {}
    found = zone_of_address(where.address, company_zone)
    return {} if known is not None and found.basis == "assumed" else _of(found)


def _of(found: PlaceZone) -> Zoned:
    return {"zone": found.zone, "zone_basis": found.basis}

"""Which zone a site has: the one that is given, or what its country, region and postcode or its address decide."""

from __future__ import annotations

from typing import Any, Final

from api.http.fields import Text
from api.http.schemas import Body, Command
from api.http.services import services
from domain.care.customer import Customer
from domain.care.site_zone import PlaceZone, zone_of_address, zone_of_place
from domain.kernel.problem import BadInput

_ABOUT: Final = ("country", "region", "postcode")


class Whereabouts(Command):
    """What decides about the zone of a site that is not given; it is not kept apart from the address."""

    country = Text(2, 2, metadata={"description": "Two letters of ISO 3166; decides about the zone."})
    region = Text(10, metadata={"description": "The region's ISO 3166-2 code, where the country has several zones."})
    postcode = Text(20, metadata={"description": "Decides about the zone where the country has several."})


def site_fields(body: Body, customer: Customer) -> dict[str, Any]:
    """The fields of a site that is added or changed, with `zone` and `zone_basis` unless the zone stays as it is.

    A new address decides anew about a zone that was not given. Raises a `Problem` where nothing decides.
    """
    fields = {name: value for name, value in body.items() if name not in _ABOUT}
    if body.zone is not None:
        return fields | _of(PlaceZone(body.zone, "given"))
    country, region, postcode = (body.get(name) for name in _ABOUT)
    if country is not None:
        return fields | _of(zone_of_place(country, region=region, postcode=postcode))
    if region is not None or postcode is not None:
        detail = "A region or postcode decides about the zone only together with the country."
        raise BadInput(detail, errors=[{"pointer": "/country", "detail": detail}])
    known = customer.site_zones.get(body["site"])
    if "address" not in body or (known is not None and known.basis in (None, "given")):
        return fields
    found = zone_of_address(body["address"], services().settings.zone)
    return fields if known is not None and found.basis == "assumed" else fields | _of(found)


def _of(found: PlaceZone) -> dict[str, Any]:
    return {"zone": found.zone, "zone_basis": found.basis}

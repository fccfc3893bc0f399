"""Members of bodies that decide the time zone of a site."""

from __future__ import annotations

from typing import Any, Final

from api.http.fields import Text
from api.http.schemas import Body, Command
from commands.care import sites

_ABOUT: Final = ("country", "region", "postcode")


class Whereabouts(Command):
    """Members from which the zone of a site is derived when it is not given; they are not stored."""

    country = Text(2, 2, metadata={"description": "Two letters of ISO 3166; decides about the zone."})
    region = Text(10, metadata={"description": "The region's ISO 3166-2 code, where the country has several zones."})
    postcode = Text(20, metadata={"description": "Decides about the zone where the country has several."})


def where(body: Body) -> sites.Whereabouts:
    """The members of a body from which the zone of a site is derived."""
    country, region, postcode = (body.get(name) for name in _ABOUT)
    return sites.Whereabouts(body.zone, country, region, postcode, body.get("address"))


def site_fields(body: Body) -> dict[str, Any]:
    """The other members of a body: the fields of the site."""
    return {name: value for name, value in body.items() if name not in _ABOUT}

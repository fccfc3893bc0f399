"""Commands about locations: their registration and the custody of vans."""

from __future__ import annotations

from uuid import UUID

from commands.running.belonging import must_be_a_site
from commands.running.changed import Changed
from commands.running.simple import on
from domain.recording.unit_of_work import Work
from domain.stock.location import Location, LocationKind
from domain.work.technician import Technician

retire = on(Location, Location.retire)


def register(
    work: Work, id: UUID, *, kind: LocationKind, name: str, site: UUID | None = None, zone: str | None = None
) -> Location:
    """Register a location; one of kind `site` names the site of a customer."""
    if site is not None:
        must_be_a_site(work, site)
    return Location.register(id=id, kind=kind, name=name, site=site, zone=zone)


def take_custody(work: Work, id: UUID, *, technician: UUID) -> Changed:
    """Hand a van over to a technician."""
    location, custodian = work.get(Location, id), work.get(Technician, technician)
    location.take_custody(custodian.id)
    custodian.assign_van(location.id)
    return Changed(location, (custodian,))

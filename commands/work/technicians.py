"""Commands about technicians: their data, vans and enrolment codes."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from commands.running.changed import Changed
from commands.running.simple import on
from domain.access.device import Device
from domain.access.user import User
from domain.recording.unit_of_work import Work
from domain.stock.location import Location
from domain.work.technician import Technician, TechnicianIsDeactivated
from store.enrolment_codes import EnrolmentCodes

deactivate = on(Technician, Technician.deactivate)
reactivate = on(Technician, Technician.reactivate)


def register(work: Work, id: UUID, *, name: str, zone: str, language: str, user: UUID | None = None) -> Technician:
    """Register a technician, who works in an IANA zone; `user` is their login for the office, if any."""
    if user is not None:
        work.get(User, user)
    return Technician.register(id=id, name=name, zone=zone, language=language, user=user)


def change(
    work: Work,
    id: UUID,
    *,
    name: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    user: UUID | None = None,
) -> Technician:
    """Change what is given; the rest stays."""
    technician = work.get(Technician, id)
    if user is not None:
        work.get(User, user)
    technician.change(name=name, zone=zone, language=language, user=user)
    return technician


def assign_van(work: Work, id: UUID, *, location: UUID) -> Changed:
    """Assign a van to them, and give them custody of it."""
    technician, van = work.get(Technician, id), work.get(Location, location)
    technician.assign_van(van.id)
    van.take_custody(technician.id)
    return Changed(technician, (van,))


def erase(work: Work, id: UUID, *, devices: Iterable[UUID]) -> Changed:
    """Erase a technician: their name, and texts by them that are about nobody else.

    They get no more work, and their `devices` are revoked and ordered to erase themselves.
    """
    technician = work.get(Technician, id)
    technician.erase()
    # A device whose enrolment was interrupted has a row and no event: it has never had access.
    theirs = [device for id in devices if (device := work.find(Device, id)) is not None]
    for device in theirs:
        device.revoke(reason="retired", wipe=True)
    return Changed(technician, theirs)


def issue_code(work: Work, id: UUID, *, seed: bytes, codes: EnrolmentCodes) -> Changed:
    """Issue an enrolment code for a device, derived from a secret seed; the reply has `expires_at`."""
    technician = work.get(Technician, id)
    if not technician.is_active():
        raise TechnicianIsDeactivated
    issue, expires_at = codes.issuing(id, seed)
    work.also(issue)
    return Changed(technician, (), {"expires_at": expires_at})

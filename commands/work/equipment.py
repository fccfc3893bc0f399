"""Commands about machines: their site, owner and warranties."""

from __future__ import annotations

from uuid import UUID

from commands.care.known_customer import existing_customer
from commands.running.belonging import must_have_site
from commands.running.simple import on
from domain.recording.unit_of_work import Work
from domain.work.equipment import Equipment

set_warranty = on(Equipment, Equipment.set_warranty)
withdraw_warranty = on(Equipment, Equipment.withdraw_warranty)
retire = on(Equipment, Equipment.retire)


def register(work: Work, id: UUID, *, model: str, serial: str | None = None, customer: UUID | None = None) -> Equipment:
    """Register a machine, which may have an owner already."""
    if customer is not None:
        _owner(work, customer)
    return Equipment.register(id=id, model=model, serial=serial, customer=customer)


def install(work: Work, id: UUID, *, site: UUID, customer: UUID) -> Equipment:
    """Install it at a site, for an owner."""
    machine = work.get(Equipment, id)
    _owner(work, customer, site)
    machine.install(site=site, customer=customer)
    return machine


def move(work: Work, id: UUID, *, site: UUID) -> Equipment:
    """Move it to another site of the same owner."""
    machine = work.get(Equipment, id)
    if machine.customer is not None:
        _owner(work, machine.customer, site)
    machine.move(site)
    return machine


def change_owner(work: Work, id: UUID, *, customer: UUID) -> Equipment:
    """Set another owner."""
    machine = work.get(Equipment, id)
    machine.change_owner(_owner(work, customer))
    return machine


def _owner(work: Work, customer: UUID, site: UUID | None = None) -> UUID:
    """The customer's id, if they are there and the site is theirs."""
    owner = existing_customer(work, customer)
    if site is not None:
        must_have_site(work, owner, site)
    return owner.id

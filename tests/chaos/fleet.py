"""All devices of a run: enrolled, started, waited for, and compared at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from uuid import UUID

from tests.chaos.caller import Caller, Identity
from tests.chaos.echo import Echo
from tests.chaos.phone import Phone
from tests.chaos.plan import Plan
from tests.chaos.reference import Reference
from tests.chaos.replica import Documents, documents_of
from tests.chaos.shared import Shared
from tests.chaos.work import Ledger, Shift
from tests.support.company import Company
from tests.support.http_device import HttpDevice

_END_SECONDS = 120
_TRIES = 200


class Fleet:
    """Lean devices, and reference devices on files."""

    def __init__(self, company: Company, shifts: list[Shift], plan: Plan, shared: Shared, dice: Random) -> None:
        self._company, self._book = company, shared.book
        self.references: list[Reference] = []
        self.phones: list[Phone] = []
        for shift in shifts:
            name, chance = f"device {shift.number}", Random(dice.random())
            code = company.code(shift.technician)
            if len(self.references) < plan.references:
                path = company.folder / f"{name}.sqlite"
                self.references.append(Reference(shared, path, shift, chance))
                self.references[-1].enrol(company.url, code)
            else:
                identity = Identity(name)
                identity.enrol(company.url, code)
                self.phones.append(Phone(shared, identity, shift, chance))

    def start(self) -> None:
        """Start every device."""
        for each in self._all():
            each.start()

    def is_working(self) -> bool:
        """Whether any device or echo still works."""
        return any(each.is_alive() for each in [*self._all(), *self._echoes()])

    def wait(self) -> None:
        """Wait for the end of all devices; failures are noted in the book."""
        for each in [*self._all(), *self._echoes()]:
            each.join(_END_SECONDS)
            if each.is_alive() or each.failure is not None:
                self._book.add_unexpected(f"{each.name} has {'not ended' if each.is_alive() else repr(each.failure)}")

    def journals(self) -> dict[UUID, list[str]]:
        """The ids of each device's operations, in order."""
        return {each.device: each.ids for each in self._all()}

    def ledgers(self) -> Iterator[Ledger]:
        """The expected effects of each device's operations."""
        return (each.shift.ledger for each in self._all())

    def first_downloads(self, settle: Callable[[], None]) -> dict[str, Documents]:
        """The documents that a new device of each technician gets, by the names of the technician's devices."""
        everyone = {each.name: each.shift.technician for each in self._all()}
        people = {each.id: each for each in everyone.values()}
        fresh = {id: HttpDevice(self._company.url, self._company.code(each)) for id, each in people.items()}
        settle()
        found = {id: documents_of(handset.everything()) for id, handset in fresh.items()}
        return {name: found[technician.id] for name, technician in everyone.items()}

    def replicas(self) -> Mapping[str, Documents]:
        """The documents of each device, after it has sent and fetched everything over a good connection."""
        held: dict[str, Documents] = {}
        for phone in self.phones:
            caller, tries = Caller(self._company.url, phone.identity, self._book, Random(0)), 0
            while phone.pull(caller):
                tries += 1
                assert tries < _TRIES, f"{phone.name} never ends to pull"
            held[phone.name] = phone.replica.documents
            for backwards in phone.replica.backwards:
                self._book.add_unexpected(f"{phone.name}: {backwards}")
            caller.close()
        return held | {reference.name: reference.settled(self._company.url) for reference in self.references}

    def _echoes(self) -> list[Echo]:
        return [phone.echo for phone in self.phones]

    def _all(self) -> list[Reference | Phone]:
        return [*self.references, *self.phones]

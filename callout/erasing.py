"""Repeats erasures that a restored database lacks, from the list that is kept outside of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.access.device import Device
from domain.access.user import User
from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.work.technician import Technician
from store.device_statuses import DeviceStatuses
from store.erasure import Erasure

if TYPE_CHECKING:
    from store.log import EventLog

_AT_ONCE: Final = 500


def unfinished(log: EventLog, persons: Iterable[UUID]) -> set[UUID]:
    """The people of `persons` who must be erased again: they have a key, or are in the log without an erasure.

    `persons` are those whose key has been destroyed, from any list.
    """
    keyring, wanted = log.body_mapper.keyring, set(persons)
    rows = log.pool.fetch_all(
        """
        SELECT e.stream FROM log.events e
        WHERE e.stream = ANY(%s::uuid[]) AND e.version = 1
            AND e.topic IN ('customer.registered', 'technician.registered', 'user.registered')
            AND NOT EXISTS (
                SELECT 1 FROM log.events x WHERE x.stream = e.stream
                    AND x.topic IN ('customer.erased', 'technician.erased', 'user.erased')
            )
        """,
        ([str(person) for person in wanted | keyring.destroyed()],),
    )
    return keyring.present(wanted) | {stream for (stream,) in rows}


def erase_again(log: EventLog, persons: Iterable[UUID]) -> int:
    """Destroy their keys where they exist, and record again that they were erased; returns how many were erased again.

    A user among them can sign in no more, and a technician's devices are revoked, as when they were erased first.
    Repeating or interrupting it does no harm: who has no key any more, and is not erased in the log yet, is
    `unfinished`.
    """
    keyring = log.body_mapper.keyring
    wanted = sorted(persons, key=str)
    forgotten = keyring.present(wanted)
    if forgotten:
        keyring.destroy(forgotten)
    for begin in range(0, len(wanted), _AT_ONCE):
        for id, entity in log.load(wanted[begin : begin + _AT_ONCE]).items():
            if isinstance(entity, Customer | Technician | User) and not entity.erased:
                forgotten.add(id)
                log.attempt(lambda id=id: _record(log, id))  # type: ignore[misc]  # bound for the lambda
    if forgotten:
        Erasure(log).catch_up()
    return len(forgotten)


def _record(log: EventLog, person: UUID) -> None:
    work = log.work()
    entity = work.get(Entity, person)
    devices: list[Device] = []
    if isinstance(entity, Technician):
        found = [work.find(Device, id) for id in DeviceStatuses(log.pool).devices_of(person)]
        devices = [device for device in found if device is not None]  # one whose enrolment was interrupted has no event
    for device in devices:
        device.revoke(reason="retired", wipe=True)
    if isinstance(entity, Customer | Technician | User):
        entity.erase()
    if work.add(
        Envelope(occurred_at=now(), role="command_line"), entity, *devices
    ):  # unless another process was faster
        work.commit()

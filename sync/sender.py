"""The sender of operations: a device and its technician, and how far both are trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from domain.access.device import Device
from sync.ports import Log

WorksFor = Callable[[UUID, UUID], bool]
"""Whether a technician has open work for a customer."""


class Sender(NamedTuple):
    """The device that sends, its technician, the zone to record, and how far the device is trusted.

    `earlier` gives the streams and topics that an earlier operation of this technician has recorded, `works_for` says
    whether they have open work for a customer.
    """

    device: Device
    technician: UUID
    zone: str
    suspended: bool
    public_key: str | None
    unsigned: bool
    earlier: Callable[[UUID], list[tuple[UUID, str]]]
    works_for: Callable[[UUID], bool]


def sender_of(
    log: Log,
    device: Device,
    technician: UUID,
    zone: str,
    works_for: WorksFor,
    *,
    suspended: bool = False,
    public_key: str | None = None,
    unsigned: bool = True,
) -> Sender:
    """The sender whose earlier operations are looked up in the log; without options its operations are trusted."""
    return Sender(
        device,
        technician,
        zone,
        suspended=suspended,
        public_key=public_key,
        unsigned=unsigned,
        earlier=lambda operation: log.operations.recorded_by(operation, technician),
        works_for=lambda customer: works_for(technician, customer),
    )

"""Operations that were put aside and are decided again: as they came, with their own time and device."""

from __future__ import annotations

from uuid import UUID

import msgspec

from domain.device import Device
from domain.envelope import Envelope
from domain.problem import Refused
from store.recorded import Recorded
from sync.decide import Arrived, Sender
from sync.operation import parse_operation, raw_of
from sync.ports import Log


class TextIsErased(Refused):
    """The operation's text has been erased; there is nothing left to take in."""


def again(put_aside: Recorded, because_of: UUID | None) -> Arrived:
    """The operation as it came, its later events caused by a decision; raises `TextIsErased`."""
    if put_aside.data.body is None:
        raise TextIsErased
    envelope = Envelope(**{name: getattr(put_aside.envelope, name) for name in Envelope.__struct_fields__})
    operation = parse_operation(raw_of(put_aside.data.body, getattr(put_aside.data, "encoding", "utf-8")))
    return Arrived(operation, msgspec.structs.replace(envelope, causation_id=because_of))


def sender_of(log: Log, device: Device, put_aside: Recorded) -> Sender:
    """Who sent it, trusted: somebody has looked at it, or it was trusted when it came."""
    return Sender(
        device=device,
        technician=put_aside.data.technician,
        zone=put_aside.envelope.zone,
        suspended=False,
        public_key=None,
        unsigned=True,
        earlier=lambda one: log.operations.recorded_by(one, device.id),
        works_for=lambda _: True,
    )

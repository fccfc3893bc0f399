"""The arrival of a push: the unit of work that it begins, and each operation with the envelope of its events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from domain.access.device import Device
from domain.access.identity import DeviceIdentity, TokenExpired
from domain.kernel.envelope import Envelope
from domain.recording.answers import Neighbour, Readings
from domain.recording.unit_of_work import Work
from domain.work.technician import Technician
from sync.clock import (
    DATED_BACK,
    LOOKED_BACK,
    Used,
    ahead_of,
    before_of,
    clock_of,
    instant_of,
    read_by,
    suspicions,
)
from sync.decide import Arrived
from sync.envelope import Push
from sync.operation import Operation
from sync.ports import Log
from sync.seen import Seen
from sync.sender import Sender, WorksFor, sender_of


class Arrival(NamedTuple):
    """The dependencies of processing a push.

    `works_for` says whether a technician has open work for a customer, `unsigned` whether devices without a key are
    trusted.
    """

    log: Log
    works_for: WorksFor
    unsigned: bool

    def of(
        self,
        who: DeviceIdentity,
        push: Push,
        received_at: datetime,
        seen: Seen,
        new: Sequence[Operation],
        *,
        unrecordable: Collection[UUID] = (),
    ) -> PushArrival:
        """One push with those of its operations that are new; those in `unrecordable` (ids) will be quarantined."""
        return PushArrival(self, who, push, received_at=received_at, seen=seen, new=new, unrecordable=unrecordable)


class PushArrival:
    """One push of one device, received at one instant: its new `operations`, each in its own envelope."""

    def __init__(
        self,
        arrival: Arrival,
        who: DeviceIdentity,
        push: Push,
        *,
        received_at: datetime,
        seen: Seen,
        new: Sequence[Operation],
        unrecordable: Collection[UUID],
    ) -> None:
        self.who = who
        self._arrival = arrival
        self._push = push
        self._received_at = received_at
        self._seen = seen
        self._corrected = clock_of(push.now, received_at, push.took)
        self._streams = {who.device, who.technician}.union(
            *(operation.references() for operation in new if operation.id not in unrecordable)
        )
        self._found = self._load()
        self._loaded: Work | None = self._found
        self._zone = self._found.get(Technician, who.technician).zone
        ids = [operation.id for operation in new]
        first = {id: place for place, id in reversed(list(enumerate(ids)))}
        instants = self._instants(new)
        arrived = [
            self._arrived(operation, instants[place], again=first[operation.id] < place)
            for place, operation in enumerate(new)
        ]
        self.operations = [one.unless_in(unrecordable) for one in arrived]

    def begin(self) -> tuple[Work, Sender]:
        """A new unit of work with the device's own events, and the sender; what the operations reference is loaded.

        The sender is trusted by the log's status of device and technician now: that of the token was read earlier.
        Raises `TokenExpired` for a device that the log does not know, so that it enrols again.
        """
        who, arrival = self.who, self._arrival
        work, self._loaded = self._loaded or self._load(), None
        device = work.find(Device, who.device)
        if device is None:  # the log does not have its enrolment
            raise TokenExpired
        trusted = who.status == "active" and device.is_active() and work.get(Technician, who.technician).is_active()
        self._record_reported(device)
        work.add(self._envelope(self._received_at), device)
        sender = sender_of(
            arrival.log,
            device,
            who.technician,
            self._zone,
            arrival.works_for,
            suspended=not trusted,
            public_key=who.public_key,
            unsigned=arrival.unsigned,
        )
        return work, sender

    def _load(self) -> Work:
        work = self._arrival.log.work()
        work.preload(self._streams)
        return work

    def _instants(self, new: Sequence[Operation]) -> list[Used]:
        """The instant that is used for each operation, in their order.

        What an author had read and done before is only looked up for operations that claim to be more than a day old.
        """
        claimed = [self._corrected(operation.at or self._received_at) for operation in new]
        old = [one for one, at in zip(new, claimed, strict=True) if one.seen and at < self._received_at - DATED_BACK]
        log, readings, neighbours = self._arrival.log.operations, Readings({}), list[Neighbour]()
        if old:
            readings = log.readings({one.seen for one in old if one.seen})
            first = new[0].seq
            neighbours = log.neighbours(self.who.device, self.who.incarnation, first - LOOKED_BACK, first)
        used = []
        for operation, at in zip(new, claimed, strict=True):
            seen = operation.seen or 0
            before = before_of(operation.seq, neighbours) if old and seen else None
            one = instant_of(at, self._received_at, read_by(at, seen, readings) if seen else None, before)
            neighbours.append(Neighbour(operation.seq, one.at, operation.seen, one.clock))
            used.append(one)
        return used

    def _arrived(self, operation: Operation, used: Used, *, again: bool) -> Arrived:
        """The operation with its envelope, which names the claimed instant where another one is used.

        `again` says that an earlier one in this push has the same id.
        """
        claimed = operation.at or self._received_at
        envelope = self._envelope(used.at, operation, claimed if claimed != used.at else None, used.clock)
        contested = again or operation.id in self._seen.by_id
        needs = self._needs_of(operation)
        return Arrived(operation, envelope, suspicions(envelope), contested=contested, needs=needs)

    def _needs_of(self, operation: Operation) -> tuple[UUID, ...]:
        """The operation's `needs`, and the held operations that it references.

        An id under which an entity exists is not waited for, even when an operation with the same id is held.
        """
        held = self._seen.held(operation.references().difference(operation.needs))
        return (*operation.needs, *(one for one in held if self._found.loaded(one) is None))

    def _record_reported(self, device: Device) -> None:
        """Record what the envelope reports about the device: its clock, its app, and lost numbers."""
        device.record_clock(ahead_of(self._push.now, self._received_at, self._push.took))
        if self._push.app_version is not None:
            device.record_app(app_version=self._push.app_version, platform=device.platform)
        missed = self._seen.missed(self._push.missing)
        if missed is not None:
            incarnation = self.who.incarnation
            device.record_missed(incarnation=incarnation, from_seq=missed.from_, through_seq=missed.through)

    def _envelope(
        self,
        occurred_at: datetime,
        operation: Operation | None = None,
        claimed_at: datetime | None = None,
        clock: Literal["ahead", "behind"] | None = None,
    ) -> Envelope:
        return Envelope(
            occurred_at=occurred_at,
            zone=self._zone,
            actor=self.who.technician,
            role="technician",
            device=self.who.device,
            incarnation=self.who.incarnation,
            claimed_at=claimed_at,
            clock=clock,
            device_seq=operation.seq if operation else None,
            operation_id=operation.id if operation else None,
            seen_position=operation.seen if operation else None,
            signature=operation.signature if operation else None,
        )

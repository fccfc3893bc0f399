"""How a push arrives: a unit of work begun with what the envelope says, and each operation in its own envelope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
from sync.decide import Arrived, Sender
from sync.envelope import Push
from sync.operation import Operation
from sync.ports import Log
from sync.seen import Seen

WorksFor = Callable[[UUID, UUID], bool]


class Arrival(NamedTuple):
    """What pushes are taken in with.

    `works_for` tells whether a technician has open work for a customer; `unsigned` devices are trusted or not.
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
        aside: Collection[UUID] = (),
    ) -> PushArrival:
        """One push with those of its operations that are new; those in `aside` are not to be looked into."""
        return PushArrival(self, who, push, received_at=received_at, seen=seen, new=new, aside=aside)


class PushArrival:
    """One push of one device, received at one instant: its new `operations`, each in its own envelope."""

    def __init__(
        self,
        around: Arrival,
        who: DeviceIdentity,
        push: Push,
        *,
        received_at: datetime,
        seen: Seen,
        new: Sequence[Operation],
        aside: Collection[UUID],
    ) -> None:
        self.who = who
        self._around = around
        self._push = push
        self._received_at = received_at
        self._seen = seen
        self._corrected = clock_of(push.now, received_at, push.took)
        self._streams = {who.device, who.technician}.union(
            *(operation.references() for operation in new if operation.id not in aside)
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
        self.operations = [one.put_aside() if one.operation.id in aside else one for one in arrived]

    def begin(self) -> tuple[Work, Sender]:
        """A new unit of work that knows what the operations name, and holds what the envelope tells of the device.

        The sender is believed as far as the log does now: the standing of its token was read before the body came.
        """
        who, log, works_for = self.who, self._around.log, self._around.works_for
        work, self._loaded = self._loaded or self._load(), None
        device = _known(work, who)
        believed = who.status == "active" and device.is_active() and work.get(Technician, who.technician).is_active()
        self._tell(device)
        work.add(self._envelope(self._received_at), device)
        sender = Sender(
            device,
            who.technician,
            self._zone,
            suspended=not believed,
            public_key=who.public_key,
            unsigned=self._around.unsigned,
            earlier=lambda operation: log.operations.recorded_by(operation, who.technician),
            works_for=lambda customer: works_for(who.technician, customer),
        )
        return work, sender

    def _load(self) -> Work:
        work = self._around.log.work()
        work.preload(self._streams)
        return work

    def _instants(self, new: Sequence[Operation]) -> list[Used]:
        """The instant that is used for each operation, in their order.

        What an author had read and done before is only looked up where something claims to be from long ago.
        """
        said = [self._corrected(operation.at or self._received_at) for operation in new]
        old = [one for one, at in zip(new, said, strict=True) if one.seen and at < self._received_at - DATED_BACK]
        log, readings, neighbours = self._around.log.operations, Readings({}, None), list[Neighbour]()
        if old:
            readings = log.readings({one.seen for one in old if one.seen})
            first = new[0].seq
            neighbours = log.neighbours(self.who.device, self.who.incarnation, first - LOOKED_BACK, first)
        used = []
        for operation, at in zip(new, said, strict=True):
            seen = operation.seen or 0
            before = before_of(operation.seq, neighbours) if old and seen else None
            one = instant_of(at, self._received_at, read_by(at, seen, readings) if seen else None, before)
            neighbours.append(Neighbour(operation.seq, one.at, operation.seen, one.clock))
            used.append(one)
        return used

    def _arrived(self, operation: Operation, used: Used, *, again: bool) -> Arrived:
        """The operation in its envelope, with what is claimed where another instant is used.

        `again` says that another one before it in this push has its id.
        """
        claimed = operation.at or self._received_at
        envelope = self._envelope(used.at, operation, claimed if claimed != used.at else None, used.clock)
        contested = again or operation.id in self._seen.by_id
        needs = self._needs_of(operation)
        return Arrived(operation, envelope, suspicions(envelope), contested=contested, needs=needs)

    def _needs_of(self, operation: Operation) -> tuple[UUID, ...]:
        """What it says that it needs, and what it names that is held; a thing that is there is waited for by nobody.

        Whoever holds an operation under the id of somebody's order, part or place keeps nobody from using it.
        """
        held = self._seen.held(operation.references().difference(operation.needs))
        return (*operation.needs, *(one for one in held if self._found.loaded(one) is None))

    def _tell(self, device: Device) -> None:
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


def _known(work: Work, who: DeviceIdentity) -> Device:
    """The device; one whose enrolment the log has lost has to enrol again."""
    device = work.find(Device, who.device)
    if device is None:
        raise TokenExpired
    return device

"""Salvage: a revoked device uploads its outbox, which is quarantined, and confirms that it has erased itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from domain.access.device import Device
from domain.access.identity import DeviceIdentity
from domain.kernel.envelope import Envelope
from domain.kernel.instant import format_instant
from domain.recording.answers import OperationKnownError
from sync.arrival import Arrival
from sync.clock import AT_ONCE
from sync.decide import quarantine_or_reject
from sync.envelope import Push, parse_push
from sync.operation import Operation
from sync.outcome import Result
from sync.problems import Salvaged, WipeNotRequested
from sync.quota import must_have_room
from sync.results import answer_of, first_result, repeated_result
from sync.seen import look_up
from sync.unrecordable import quarantine_by_trial, quarantine_named


class Salvage:
    """Quarantines what a device still holds, whatever its numbers, epoch and incarnation are."""

    def __init__(self, arrival: Arrival) -> None:
        self._log = arrival.log
        self._arrival = arrival

    def reply(
        self, who: DeviceIdentity, body: bytes, encoding: str | None, now: datetime, took: timedelta = AT_ONCE
    ) -> bytes:
        """The JSON of the results; the last byte of the body arrived at `now`, `took` after the first one.

        Raises what `parse_push` raises, and `QuotaReached` when more would be quarantined than may be.
        """
        push = parse_push(body, encoding, took)
        results = self._take(who, push, now)
        head = f'{{"server_time":"{format_instant(now)}","results":'
        return b"".join((head.encode(), msgspec.json.encode(results), b"}"))

    def _take(self, who: DeviceIdentity, push: Push, now: datetime) -> list[Result]:
        def take(part: Push, unrecordable: Collection[UUID]) -> list[Result]:
            return self._log.attempt(
                lambda: self._attempt(who, part, now, unrecordable), retry_on=(OperationKnownError,)
            )

        taken, unrecordable = quarantine_named(lambda ids: take(push, ids))
        if taken is not None:
            return taken
        parts = [(one.id, msgspec.structs.replace(push, operations=(one,))) for one in push.operations]
        return [
            result
            for id, part in parts
            for result in quarantine_by_trial(lambda suspects, part=part: take(part, suspects), [id], unrecordable)  # type: ignore[misc]
        ]

    def record_wipe(self, who: DeviceIdentity, now: datetime) -> None:
        """Record that the device has erased itself; raises `WipeNotRequested` unless the office has requested it."""
        self._log.attempt(lambda: self._wiped(who, now))

    def _wiped(self, who: DeviceIdentity, now: datetime) -> None:
        work = self._log.work()
        device = work.get(Device, who.device)
        if not device.wipe:
            raise WipeNotRequested
        device.record_wipe()
        work.add(Envelope(occurred_at=now, actor=who.technician, role="technician", device=who.device), device)
        work.commit()

    def _attempt(self, who: DeviceIdentity, push: Push, now: datetime, unrecordable: Collection[UUID]) -> list[Result]:
        seen = look_up(self._log.operations, who, push.operations)
        repeated = {operation.seq: known for operation in push.operations if (known := seen.same(operation))}
        unknown = [operation for operation in push.operations if operation.seq not in repeated]
        new = list({_text_of(operation): operation for operation in reversed(unknown)}.values())[::-1]
        first: dict[tuple[UUID, str], Result] = {}
        if new:
            arrived = self._arrival.of(who, push, now, seen, new, unrecordable=unrecordable)
            work, sender = arrived.begin()
            decisions = [quarantine_or_reject(work, sender, one, Salvaged()) for one in arrived.operations]
            must_have_room(sender.device, decisions)
            appended = work.commit([answer_of(one, who, None) for one in decisions])
            first = {_text_of(one.operation): first_result(one, appended) for one in decisions}
        return [
            repeated_result(repeated[one.seq], one.seq)
            if one.seq in repeated
            else msgspec.structs.replace(first[_text_of(one)], seq=one.seq)
            for one in push.operations
        ]


def _text_of(operation: Operation) -> tuple[UUID, str]:
    """The key of a text: the same one twice in a body is kept once."""
    return operation.id, operation.content_hash

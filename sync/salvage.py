"""Salvage: a revoked device hands in its outbox, for the office to decide about, and says that it erased itself."""

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
from sync.decide import settle
from sync.envelope import Push, parse_push
from sync.operation import Operation
from sync.outcome import Result
from sync.problems import NotToldToWipe, Salvaged
from sync.quota import must_have_room
from sync.results import answer_of, first_result, repeated_result
from sync.seen import look
from sync.unrecordable import record_known, record_run


class Salvage:
    """Takes in what a device still holds, whatever its numbers, epoch and incarnation say."""

    def __init__(self, arrival: Arrival) -> None:
        self._log = arrival.log
        self._arrival = arrival

    def reply(
        self, who: DeviceIdentity, body: bytes, encoding: str | None, now: datetime, took: timedelta = AT_ONCE
    ) -> bytes:
        """The JSON of the results; all of the body was there `now`, `took` after its first byte.

        Raises what `parse_push` raises, and `QuotaReached` when it is too much.
        """
        asked = parse_push(body, encoding, took)
        results = self._take(who, asked, now)
        head = f'{{"server_time":"{format_instant(now)}","results":'
        return b"".join((head.encode(), msgspec.json.encode(results), b"}"))

    def _take(self, who: DeviceIdentity, asked: Push, now: datetime) -> list[Result]:
        def take(part: Push, aside: Collection[UUID]) -> list[Result]:
            return self._log.attempt(lambda: self._attempt(who, part, now, aside), retry_on=(OperationKnownError,))

        taken, aside = record_known(lambda aside: take(asked, aside))
        if taken is not None:
            return taken
        parts = [(one.id, msgspec.structs.replace(asked, operations=(one,))) for one in asked.operations]
        return [
            result
            for id, part in parts
            for result in record_run(lambda suspects, part=part: take(part, suspects), [id], aside)  # type: ignore[misc]
        ]

    def record_wipe(self, who: DeviceIdentity, now: datetime) -> None:
        """That the device has erased itself; raises `NotToldToWipe` when the office has not asked for that."""
        self._log.attempt(lambda: self._wiped(who, now))

    def _wiped(self, who: DeviceIdentity, now: datetime) -> None:
        work = self._log.work()
        device = work.get(Device, who.device)
        if not device.wipe:
            raise NotToldToWipe
        device.record_wipe()
        work.add(Envelope(occurred_at=now, actor=who.technician, role="technician", device=who.device), device)
        work.commit()

    def _attempt(self, who: DeviceIdentity, asked: Push, now: datetime, aside: Collection[UUID]) -> list[Result]:
        seen = look(self._log.operations, who, asked.operations)
        repeated = {operation.seq: known for operation in asked.operations if (known := seen.same(operation))}
        unknown = [operation for operation in asked.operations if operation.seq not in repeated]
        new = list({_text_of(operation): operation for operation in reversed(unknown)}.values())[::-1]
        first: dict[tuple[UUID, str], Result] = {}
        if new:
            arrived = self._arrival.of(who, asked, now, seen, new, aside=aside)
            work, sender = arrived.begin()
            decisions = [settle(work, sender, one, Salvaged()) for one in arrived.operations]
            must_have_room(sender.device, decisions)
            appended = work.commit([answer_of(one, who, None) for one in decisions])
            first = {_text_of(one.operation): first_result(one, appended) for one in decisions}
        return [
            repeated_result(repeated[one.seq], one.seq)
            if one.seq in repeated
            else msgspec.structs.replace(first[_text_of(one)], seq=one.seq)
            for one in asked.operations
        ]


def _text_of(operation: Operation) -> tuple[UUID, str]:
    """What tells a text from others: the same one twice in a body is kept once."""
    return operation.id, operation.content_hash

"""Salvage: a revoked device hands in its outbox, for the office to decide about, and says that it erased itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from domain.device import Device
from domain.envelope import Envelope
from domain.instant import format_instant
from store.answers import OperationKnownError
from store.identity import DeviceIdentity
from sync.arrival import Arrival
from sync.clock import AT_ONCE
from sync.decide import settle
from sync.envelope import Push, parse_push
from sync.outcome import Result
from sync.problems import Salvaged
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

        Raises what `parse_push` raises.
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
        parts = [msgspec.structs.replace(asked, operations=(one,)) for one in asked.operations]
        return [
            result
            for part in parts
            for result in record_run(lambda suspects, part=part: take(part, suspects), part.operations, aside)  # type: ignore[misc]
        ]

    def record_wipe(self, who: DeviceIdentity, now: datetime) -> None:
        """That the device has erased itself."""
        self._log.attempt(lambda: self._wiped(who, now))

    def _wiped(self, who: DeviceIdentity, now: datetime) -> None:
        work = self._log.work()
        device = work.get(Device, who.device)
        device.record_wipe()
        work.add(Envelope(occurred_at=now, actor=who.technician, role="technician", device=who.device), device)
        work.commit()

    def _attempt(self, who: DeviceIdentity, asked: Push, now: datetime, aside: Collection[UUID]) -> list[Result]:
        seen = look(self._log.operations, who, asked.operations)
        repeated = {operation.seq: known for operation in asked.operations if (known := seen.same(operation))}
        new = [operation for operation in asked.operations if operation.seq not in repeated]
        first: dict[int, Result] = {}
        if new:
            arrived = self._arrival.of(who, asked, now, seen, new, aside=aside)
            work, sender = arrived.begin()
            decisions = [settle(work, sender, one, Salvaged()) for one in arrived.operations]
            appended = work.commit([answer_of(one, who, None) for one in decisions])
            first = {one.operation.seq: first_result(one, appended) for one in decisions}
        return [first.get(one.seq) or repeated_result(repeated[one.seq], one.seq) for one in asked.operations]

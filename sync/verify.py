"""Verify: where a device holds something else than it must, and the documents that put that right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple
from uuid import UUID

import msgspec

from domain.access.device import Device
from domain.access.device_events import DigestKind, Divergence
from domain.access.device_limits import MOST_PAGE_BYTES
from domain.access.identity import DeviceIdentity
from domain.kernel.envelope import Envelope
from projections.documents.digest import LEAVES, Digest, entry_of, leaf_of, number_of, written
from projections.documents.moment import Moment
from sync.cursor import Cursors
from sync.envelope import decoded, decompressed
from sync.limits import RateLimited
from sync.ports import Documents, Log, Row
from sync.problems import CursorExpired, MalformedEnvelope
from sync.pull import digests_said

Sums = Annotated[tuple[str, ...], msgspec.Meta(min_length=LEAVES, max_length=LEAVES)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Turns = Callable[[UUID], int]
"""Takes a turn of a device; how many seconds it has to wait when it has had all of them, otherwise 0."""

NOT_TOLD: Final = -1
"""The number of documents of a device that does not say how many it has."""


class Counts(msgspec.Struct, frozen=True):
    """How many documents a device says it has of each kind."""

    own: Count = NOT_TOLD
    shared: Count = NOT_TOLD


class VerifyAsked(msgspec.Struct, frozen=True):
    """The sums of the device's leaves, of its technician's documents and of everybody's, as at its cursor."""

    cursor: str
    own: Sums
    shared: Sums
    counts: Counts = Counts()


class Compared(NamedTuple):
    """The leaves of one kind that differ, what belongs into them, and what the device must hold at all.

    `changed` says that each of them has something that changed behind the device's cursor, and so had to differ.
    """

    kind: DigestKind
    leaves: list[int]
    rows: list[Row]
    changed: bool
    device_sum: str


_decode = msgspec.json.Decoder(VerifyAsked).decode


def parse_verify(body: bytes, encoding: str | None = None) -> VerifyAsked:
    """What a body asks to be verified.

    Raises `EncodingUnsupported`, `BatchTooLarge` (more than 1 MiB decoded) or `MalformedEnvelope` with a JSON pointer.
    """
    asked = decoded(decompressed(body, encoding), _decode)
    for kind, sums in (("own", asked.own), ("shared", asked.shared)):
        for number, text in enumerate(sums):
            try:
                number_of(text)
            except ValueError as error:
                fault = {"pointer": f"/{kind}/{number}", "detail": str(error)}
                raise MalformedEnvelope("A sum cannot be read.", errors=[fault]) from None
    return asked


class Verify:
    """Compares what a device holds with what it must hold, tells it the difference, and has that on record."""

    def __init__(self, log: Log, documents: Documents, cursors: Cursors, turns: Turns) -> None:
        self._log = log
        self._documents = documents
        self._cursors = cursors
        self._turns = turns

    def reply(self, who: DeviceIdentity, asked: VerifyAsked, now: datetime) -> bytes:
        """The JSON of a verification: the leaves that differ and all that belongs into them.

        Raises `CursorExpired` (also when that is more than about 1 MiB), `RateLimited`, and `Overloaded` while the
        views are behind the cursor.
        """
        known = self._cursors.read(asked.cursor, who.technician, now)
        with self._documents.holdings(who.technician) as held:
            moment = held.moment
            self._cursors.must_fit(known, moment)
            if (wait := self._turns(who.device)) > 0:
                raise RateLimited("A device verifies at most twice an hour.", retry_after=wait)
            own, shared = compared(asked, held.rows(known.position), known.position)
            rows = [*own.rows, *shared.rows]
            fits = sum(row["size"] for row in rows) <= MOST_PAGE_BYTES
            entries = held.entries([(row["shared"], row["type"], row["id"]) for row in rows]) if fits else ()
        self._record(who, asked.counts, moment, [one for one in (own, shared) if one.leaves and not one.changed], now)
        if not fits:
            raise CursorExpired("Too much differs to be put right at once: pull without a cursor.")
        return self._written(who, moment, (own.leaves, shared.leaves), entries, now)

    def _written(
        self,
        who: DeviceIdentity,
        moment: Moment,
        leaves: tuple[list[int], list[int]],
        entries: Sequence[str],
        now: datetime,
    ) -> bytes:
        own, shared = (",".join(map(str, numbers)) for numbers in leaves)
        cursor = self._cursors.write(who.technician, moment.epoch, moment.through, now)
        return (
            f'{{"epoch":"{moment.epoch}","cursor":"{cursor}","through":{moment.through},'
            f'"own":[{own}],"shared":[{shared}],"changes":[{",".join(entries)}],'
            f'"digests":{digests_said(moment.own, moment.shared)}}}'
        ).encode()

    def _record(
        self, who: DeviceIdentity, counts: Counts, moment: Moment, found: Sequence[Compared], now: datetime
    ) -> None:
        if found:
            told = [_divergence(one, getattr(moment, one.kind), getattr(counts, one.kind)) for one in found]
            self._log.attempt(lambda: self._observe(who, told, now))

    def _observe(self, who: DeviceIdentity, divergences: Iterable[Divergence], now: datetime) -> None:
        work = self._log.work()
        device = work.get(Device, who.device)
        for divergence in divergences:
            device.record_divergence(**divergence)
        envelope = Envelope(
            occurred_at=now, actor=who.technician, role="technician", device=who.device, incarnation=who.incarnation
        )
        work.add(envelope, device)
        work.commit()


def compared(asked: VerifyAsked, rows: Iterable[Row], position: int) -> tuple[Compared, Compared]:
    """The sums of a device whose cursor stands at `position` beside the rows that there are now: own and shared."""
    kinds: tuple[list[list[Row]], list[list[Row]]] = ([[] for _ in range(LEAVES)], [[] for _ in range(LEAVES)])
    for row in rows:
        kinds[row["shared"]][leaf_of(row["type"], row["id"])].append(row)
    own, shared = kinds
    return _compared("own", asked.own, own, position), _compared("shared", asked.shared, shared, position)


def _compared(kind: DigestKind, sums: Sequence[str], leaves: list[list[Row]], position: int) -> Compared:
    there = [[row for row in leaf if row["hash"] is not None] for leaf in leaves]
    ours = [written(sum(entry_of(row["type"], row["id"], row["hash"]) for row in leaf)) for leaf in there]
    differing = [number for number in range(LEAVES) if ours[number] != sums[number]]
    return Compared(
        kind,
        differing,
        [row for number in differing for row in there[number]],
        all(any(row["position"] > position for row in leaves[number]) for number in differing),
        written(sum(number_of(text) for text in sums)),
    )


def _divergence(one: Compared, must: Digest, count: int) -> Divergence:
    return {
        "kind": one.kind,
        "server_count": must.count,
        "server_sum": must.sum,
        "device_count": count,
        "device_sum": one.device_sum,
    }

"""Verify: where a device's documents differ from those that it must hold, and the documents that correct them."""

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
from sync.problems import CursorExpired, malformed_member
from sync.pull import digests_json

Sums = Annotated[tuple[str, ...], msgspec.Meta(min_length=LEAVES, max_length=LEAVES)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Turns = Callable[[UUID], int]
"""Counts a verification of a device; returns how many seconds it has to wait when it has had too many, otherwise 0."""

NOT_REPORTED: Final = -1
"""The count of a device that does not report how many documents it has."""


class Counts(msgspec.Struct, frozen=True):
    """How many documents a device reports of each kind."""

    own: Count = NOT_REPORTED
    shared: Count = NOT_REPORTED


class VerifyRequest(msgspec.Struct, frozen=True):
    """The body of a verification: the sums of the device's leaves, own and shared, as of its cursor."""

    cursor: str
    own: Sums
    shared: Sums
    counts: Counts = Counts()


class Compared(NamedTuple):
    """The leaves of one kind that differ, the rows that belong into them, and the sum of all of the device's leaves.

    `changed` says that each of these leaves has a document that changed after the device's cursor: a difference is
    expected then.
    """

    kind: DigestKind
    leaves: list[int]
    rows: list[Row]
    changed: bool
    device_sum: str


_decode = msgspec.json.Decoder(VerifyRequest).decode


def parse_verify(body: bytes, encoding: str | None = None) -> VerifyRequest:
    """The verification request in a body.

    Raises `EncodingUnsupported`, `BatchTooLarge` (more than 1 MiB decoded) or `MalformedEnvelope` with a JSON pointer.
    """
    verification = decoded(decompressed(body, encoding), _decode)
    for kind, sums in (("own", verification.own), ("shared", verification.shared)):
        for number, text in enumerate(sums):
            try:
                number_of(text)
            except ValueError as error:
                raise malformed_member(f"/{kind}/{number}", str(error), "A sum cannot be read.") from None
    return verification


class Verify:
    """Compares the documents of a device with those that it must hold, replies with the difference and records it."""

    def __init__(self, log: Log, documents: Documents, cursors: Cursors, turns: Turns) -> None:
        self._log = log
        self._documents = documents
        self._cursors = cursors
        self._turns = turns

    def reply(self, who: DeviceIdentity, request: VerifyRequest, now: datetime) -> bytes:
        """The JSON of a verification: the leaves that differ and all that belongs into them.

        Raises `CursorExpired` (also when that is more than about 1 MiB), `RateLimited`, and `Overloaded` while the
        views are behind the cursor.
        """
        known = self._cursors.read(request.cursor, who.technician, now)
        with self._documents.holdings(who.technician) as held:
            moment = held.moment
            self._cursors.must_fit(known, moment)
            if (wait := self._turns(who.device)) > 0:
                raise RateLimited("A device verifies at most twice an hour.", retry_after=wait)
            own, shared = compared(request, held.rows(known.position), known.position)
            rows = [*own.rows, *shared.rows]
            fits = sum(row["size"] for row in rows) <= MOST_PAGE_BYTES
            entries = held.entries([(row["shared"], row["type"], row["id"]) for row in rows]) if fits else ()
        self._record(who, request.counts, moment, [one for one in (own, shared) if one.leaves and not one.changed], now)
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
            f'"digests":{digests_json(moment.own, moment.shared)}}}'
        ).encode()

    def _record(
        self, who: DeviceIdentity, counts: Counts, moment: Moment, found: Sequence[Compared], now: datetime
    ) -> None:
        if found:
            divergences = [_divergence(one, getattr(moment, one.kind), getattr(counts, one.kind)) for one in found]
            self._log.attempt(lambda: self._observe(who, divergences, now))

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


def compared(request: VerifyRequest, rows: Iterable[Row], position: int) -> tuple[Compared, Compared]:
    """Compare the sums of a device whose cursor is at `position` with the rows that there are now: own and shared."""
    kinds: tuple[list[list[Row]], list[list[Row]]] = ([[] for _ in range(LEAVES)], [[] for _ in range(LEAVES)])
    for row in rows:
        kinds[row["shared"]][leaf_of(row["type"], row["id"])].append(row)
    own, shared = kinds
    return _compared("own", request.own, own, position), _compared("shared", request.shared, shared, position)


def _compared(kind: DigestKind, sums: Sequence[str], leaves: list[list[Row]], position: int) -> Compared:
    present = [[row for row in leaf if row["hash"] is not None] for leaf in leaves]
    ours = [written(sum(entry_of(row["type"], row["id"], row["hash"]) for row in leaf)) for leaf in present]
    differing = [number for number in range(LEAVES) if ours[number] != sums[number]]
    return Compared(
        kind,
        differing,
        [row for number in differing for row in present[number]],
        all(any(row["position"] > position for row in leaves[number]) for number in differing),
        written(sum(number_of(text) for text in sums)),
    )


def _divergence(one: Compared, expected: Digest, count: int) -> Divergence:
    return {
        "kind": one.kind,
        "server_count": expected.count,
        "server_sum": expected.sum,
        "device_count": count,
        "device_sum": one.device_sum,
    }

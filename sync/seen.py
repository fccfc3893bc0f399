"""What the log knows about the operations of a push before any of them is decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.access.identity import DeviceIdentity
from domain.recording.answers import Known, Past
from sync.envelope import Missing
from sync.operation import Operation
from sync.ports import Operations
from sync.problems import DeviceForked


class Seen(NamedTuple):
    """The log's history of a push, answers by number and by id, and the number after which the next one is expected."""

    past: Past
    by_seq: dict[int, Known]
    by_id: dict[UUID, list[Known]]
    last: int

    def same(self, operation: Operation) -> Known | None:
        """The first answer to this operation with the same content, or None."""
        known = self.by_id.get(operation.id, ())
        return next((one for one in known if one.content_hash == operation.content_hash), None)

    def held(self, named: Collection[UUID]) -> list[UUID]:
        """Those of these ids whose first answer is `held`; they may have been decided since."""
        known = ((one, self.by_id[one][0]) for one in sorted(named) if one in self.by_id)
        return [one for one, first in known if first.status == "held"]

    def missed(self, missing: Missing | None) -> Missing | None:
        """The numbers that a device reports as lost, if they begin with the one expected now; otherwise None."""
        return missing if missing and self.past.last + 1 == missing.from_ <= missing.through else None

    def before_gap(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """The operations in front of the first missing one, no new group cut in two.

        Raises `DeviceForked` when a number belongs to another operation.
        """
        expected = self.last + 1
        for number, operation in enumerate(operations):
            if operation.seq < expected:
                known = self.by_seq.get(operation.seq)
                if known is None or known.id != operation.id:
                    raise DeviceForked(seq=operation.seq)
            elif operation.seq > expected:
                return operations[: self._whole(operations, number)]
            else:
                expected += 1
        return operations

    def _whole(self, operations: Sequence[Operation], end: int) -> int:
        """`end`, or the beginning of the group that `end` would cut in two, unless part of that is recorded already."""
        group, begins = operations[end].group, end
        while begins and group is not None and operations[begins - 1].group == group:
            begins -= 1
        return begins if operations[begins].seq > self.last else end


def look_up(
    log: Operations, who: DeviceIdentity, operations: Sequence[Operation], missing: Missing | None = None
) -> Seen:
    """Query the log once about these operations of a device and everything that they reference."""
    ids_named = [id for operation in operations for id in (operation.id, *operation.references())]
    ids, numbers = list(dict.fromkeys(ids_named)), [operation.seq for operation in operations]
    past = log.history(who.device, who.incarnation, ids, numbers)
    by_id: dict[UUID, list[Known]] = {}
    for one in past.known:
        by_id.setdefault(one.id, []).append(one)
    mine = (who.device, who.incarnation)
    by_seq = {one.seq: one for one in past.known if (one.device, one.incarnation) == mine and one.seq}
    seen = Seen(past, by_seq, by_id, past.last)
    missed = seen.missed(missing)
    return seen if missed is None else seen._replace(last=missed.through)

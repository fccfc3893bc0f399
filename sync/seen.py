"""What is known of a push before anything in it is decided."""

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
    """What the log says, who has which number and id, and the number behind which the next operation is expected."""

    past: Past
    by_seq: dict[int, Known]
    by_id: dict[UUID, list[Known]]
    last: int

    def same(self, operation: Operation) -> Known | None:
        """The first answer to this very operation, if it has been answered."""
        known = self.by_id.get(operation.id, ())
        return next((one for one in known if one.content_hash == operation.content_hash), None)

    def held(self, named: Collection[UUID]) -> list[UUID]:
        """Those of these ids under which an operation was answered first that it is held; it may be decided by now."""
        known = ((one, self.by_id[one][0]) for one in sorted(named) if one in self.by_id)
        return [one for one, first in known if first.status == "held"]

    def missed(self, missing: Missing | None) -> Missing | None:
        """The numbers that a device says are lost, if they are just those that are expected now."""
        return missing if missing and self.past.last + 1 == missing.from_ <= missing.through else None

    def before_gap(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """The operations in front of the first missing one, no new group cut in two.

        Raises `DeviceForked` when a number is somebody else's.
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
        """Where the last group in front of `end` begins, if it goes on behind it and is not recorded in part."""
        group, begins = operations[end].group, end
        while begins and group is not None and operations[begins - 1].group == group:
            begins -= 1
        return begins if operations[begins].seq > self.last else end


def look(log: Operations, who: DeviceIdentity, operations: Sequence[Operation], missing: Missing | None = None) -> Seen:
    """Ask the log, once, about everything that a device sends, and about what that names."""
    named = [id for operation in operations for id in (operation.id, *operation.references())]
    ids, numbers = list(dict.fromkeys(named)), [operation.seq for operation in operations]
    past = log.history(who.device, who.incarnation, ids, numbers)
    by_id: dict[UUID, list[Known]] = {}
    for one in past.known:
        by_id.setdefault(one.id, []).append(one)
    mine = (who.device, who.incarnation)
    by_seq = {one.seq: one for one in past.known if (one.device, one.incarnation) == mine and one.seq}
    seen = Seen(past, by_seq, by_id, past.last)
    missed = seen.missed(missing)
    return seen if missed is None else seen._replace(last=missed.through)

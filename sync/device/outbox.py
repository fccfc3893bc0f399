"""The operations of a device: recorded, sent in order, kept for a week after their result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from .errors import BadUseError
from .file import File
from .identity import Identity, OwnInstallation
from .json_text import Json, sendable, to_json
from .limits import BATCH, BATCH_BYTES, GROUP_NAME, KEPT, OPERATION_BYTES, STATUSES, UNDECIDED
from .operation import NewOperation, Queued, group_of, in_groups, signed
from .world import World

# An operation is kept longer while the office has not decided about it, or the bytes that it names are not uploaded.
SWEEP_OPERATIONS = """
DELETE FROM operations WHERE acknowledged < ? AND status NOT IN (?, ?) AND (status = 'rejected'
    OR NOT EXISTS (SELECT 1 FROM blobs WHERE done IS NULL AND instr(operations.operation, blobs.sha256)))
"""


class Outbox:
    """The operations of this device: recorded, sent in order, and kept for a week after their result."""

    def __init__(self, file: File, world: World, identity: Identity) -> None:
        self.file, self.db, self.world, self.identity = file, file.db, world, identity

    def record(self, operations: Sequence[NewOperation], group: str | None) -> list[str]:
        """Store operations in one transaction; returns their ids."""
        if group is not None and not 0 < len(group) <= GROUP_NAME:
            raise BadUseError(f"The name of a group has 1 to {GROUP_NAME} characters.")
        with self.file.transaction():
            if self.file.get("wiping"):
                raise BadUseError("The office has revoked this device, and it is about to erase itself.")
            who = self.identity.now()
            ids = [self._add(new, group, who) for new in operations]
            if group is not None:
                self._must_fit(group)
        return ids

    def _add(self, new: NewOperation, group: str | None, who: OwnInstallation) -> str:
        at = new.at or self.world.clock()
        if at.tzinfo is None:
            raise BadUseError("The time of an operation needs its offset from UTC.")
        seq, id_ = self.file.get("last_seq", 0) + 1, self.world.new_id()
        # An operation dated back by more than a day is history: what is known today was not known then.
        is_history = new.at is not None and new.at < self.world.clock() - timedelta(days=1)
        seen = 0 if is_history else self.file.get("through", 0)
        operation: Json = {"id": id_, "seq": seq, "type": new.kind, "v": new.v}
        operation |= {"at": at.isoformat(timespec="milliseconds"), "seen": seen}
        operation |= {"group": group, "needs": list(new.needs), "data": new.data}
        try:
            text = to_json(signed(sendable(operation), who))
            size = len(text.encode())
        except (TypeError, ValueError) as error:
            raise BadUseError(f"This {new.kind} cannot be sent: {error}.") from error
        if size > OPERATION_BYTES:
            raise BadUseError(f"This {new.kind} has {size} bytes, and an operation holds {OPERATION_BYTES} at most.")
        self.db.execute("INSERT INTO operations (id, seq, operation) VALUES (?, ?, ?)", (id_, seq, text))
        self.file.set(last_seq=seq)
        return id_

    def _must_fit(self, group: str) -> None:
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq DESC LIMIT ?"
        texts = (text for (text,) in self.db.execute(sql, (BATCH + 1,)).fetchall())
        sizes = [len(text.encode()) + 1 for text in takewhile(lambda text: group_of(text) == group, texts)]
        if len(sizes) > BATCH or sum(sizes) > BATCH_BYTES:
            raise BadUseError(f"A group holds at most {BATCH} operations and {BATCH_BYTES} bytes.")

    def unsent(self) -> list[Json]:
        """The operations without a result, in the order they will be sent."""
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq"
        return [json.loads(text) for (text,) in self.db.execute(sql)]

    def waits(self) -> bool:
        """Whether there is anything to send."""
        sql = "SELECT 1 FROM operations WHERE acknowledged IS NULL LIMIT 1"
        return self.db.execute(sql).fetchone() is not None

    def summary(self) -> Json:
        """What a push reports about the whole outbox."""
        count = self.db.execute("SELECT count(*) FROM operations WHERE acknowledged IS NULL").fetchone()[0]
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq LIMIT 1"
        oldest = self.db.execute(sql).fetchone()
        return {"count": count, "oldest": json.loads(oldest[0])["at"] if oldest else None}

    def results(self) -> list[Json]:
        """The results, oldest first, each with its `operation`."""
        sql = (
            "SELECT result, operation FROM operations WHERE result IS NOT NULL AND acknowledged IS NOT NULL ORDER BY n"
        )
        return [json.loads(result) | {"operation": json.loads(text)} for result, text in self.db.execute(sql)]

    def batch(self, most: int) -> list[Queued]:
        """The next to be sent: about `most`, in whole groups, up to the first number that is no longer kept."""
        sql = "SELECT seq, operation FROM operations WHERE acknowledged IS NULL ORDER BY seq LIMIT ?"
        batch, size = list[Queued](), 0
        for run in in_groups([Queued(*row) for row in self.db.execute(sql, (BATCH + 1,)).fetchall()]):
            size += sum(len(one.text.encode()) + 1 for one in run)
            if batch and (len(batch) + len(run) > most or size > BATCH_BYTES or run[0].seq != batch[-1].seq + 1):
                break
            batch += run
        return batch[:BATCH]

    def missing(self, batch: Sequence[Queued]) -> Json | None:
        """The numbers that the server expects before a batch, and that this device no longer has."""
        expected = self.file.get("expected")
        through = (batch[0].seq if batch else self.file.get("last_seq", 0) + 1) - 1
        return {"from": expected, "through": through} if expected and expected <= through else None

    def when(self) -> float:
        """The time by which a week is measured: the server's, since the device's clock may jump."""
        server_time: float | None = self.file.get("server_time")
        return self.world.now() if server_time is None else server_time

    def settle(self, results: Sequence[Json], *, late: bool = False) -> None:
        """Inside a transaction: store each result, so that its operation is sent; `late` ones replace earlier ones."""
        sql = """UPDATE operations SET acknowledged = coalesce(acknowledged, ?), status = ?, position = ?, result = ?
            WHERE id = ? AND (acknowledged IS NOT NULL) = ?"""
        for result in results:
            if result.get("status") in STATUSES:
                top = max(result.get("positions") or [0])
                row = (self.when(), result["status"], top, to_json(result), result.get("id"), late)
                self.db.execute(sql, row)
            if result.get("status") in UNDECIDED and not late:
                self.settle(self.final_result(result["id"]), late=True)

    def final_result(self, id_: str) -> list[Json]:
        """The result in the `operation` document of an operation: of this device's own one, if another has the id too.

        A delayed first result can arrive after it.
        """
        sql = """SELECT body FROM documents WHERE type = 'operation' AND gone IS NULL AND generation = ?
            AND (id = ? OR instr(id, ?) = 1) ORDER BY length(id) DESC, position DESC LIMIT 1"""
        own = f"{id_}/{self.file.get('device_id')}/"
        rows = self.db.execute(sql, (self.file.get("generation", 0), id_, own)).fetchall()
        return [json.loads(body) | {"id": id_} for (body,) in rows]

    def answered(self, batch: Sequence[Queued], missing: Json | None) -> None:
        """Inside a transaction: while numbers may be missing, continue from what the server has now."""
        expected = self.file.get("expected")
        if expected:
            then = batch[-1].seq + 1 if batch else missing["through"] + 1 if missing else expected
            self.file.set(expected=then if then <= self.file.get("last_seq", 0) else None)

    def send_again(self, expected: int) -> None:
        """Inside a transaction: the server has lost everything from this number on."""
        self.db.execute("UPDATE operations SET acknowledged = NULL WHERE seq >= ?", (expected,))
        self.file.set(expected=expected)

    def first_kept(self) -> int:
        """The lowest number of this incarnation that is still here, or the next."""
        lowest = self.db.execute("SELECT min(seq) FROM operations").fetchone()[0]
        return int(lowest or self.file.get("last_seq", 0) + 1)

    def renumber(self) -> None:
        """Inside a transaction, for a new sequence: all operations count as unsent, in their old order from 1 on."""
        rows = self.db.execute("SELECT n, operation FROM operations ORDER BY n").fetchall()
        self.db.execute("UPDATE operations SET seq = NULL, acknowledged = NULL")
        for seq, (n, text) in enumerate(rows, 1):
            row = (seq, to_json(json.loads(text) | {"seq": seq}), n)
            self.db.execute("UPDATE operations SET seq = ?, operation = ? WHERE n = ?", row)
        self.file.set(last_seq=len(rows), expected=None)

    def sign(self, who: OwnInstallation) -> None:
        """Inside a transaction: sign all operations with the key that this installation has now."""
        for n, text in self.db.execute("SELECT n, operation FROM operations").fetchall():
            row = (to_json(signed(json.loads(text), who)), n)
            self.db.execute("UPDATE operations SET operation = ? WHERE n = ?", row)

    def hand_over(self, batch: Sequence[Queued]) -> None:
        """Inside a transaction: mark these as quarantined by the office."""
        sql = "UPDATE operations SET acknowledged = ?, status = 'quarantined' WHERE seq BETWEEN ? AND ?"
        self.db.execute(sql, (self.when(), batch[0].seq, batch[-1].seq))

    def sweep(self) -> None:
        """Inside a transaction: delete what was acknowledged long ago."""
        self.db.execute(SWEEP_OPERATIONS, (self.when() - KEPT, *UNDECIDED))

"""The documents that the server has sent, their digests, and the stock computed from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from .file import File
from .json_text import Json, canonical
from .limits import AUDIENCES, STOCK_EFFECT, UNDECIDED
from .outbox import Outbox

# The two halves of a `<location>/<part>` id are searched separately; a single UUID counts as both halves.
SWEEP_DOCUMENTS = """
DELETE FROM documents WHERE gone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operations WHERE acknowledged IS NULL
    AND instr(operation, substr(documents.id, 1, 36)) AND instr(operation, substr(documents.id, -36)))
"""


class Replica:
    """The documents of this technician as of `through`, and what is computed from them."""

    def __init__(self, file: File, outbox: Outbox) -> None:
        self.file, self.db, self.outbox = file, file.db, outbox

    def documents(self, kind: str, id: str | None = None) -> list[Json]:
        """The documents of a type, or one of them."""
        sql = """SELECT type, id, position, hash, body, gone FROM documents
            WHERE type = ? AND id = coalesce(?, id) ORDER BY id"""
        return [dict(row) | {"body": json.loads(row["body"])} for row in self.db.execute(sql, (kind, id))]

    def store(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: a page with its cursor, unless another process continued from `asked` meanwhile."""
        if self.file.get("cursor") != asked:
            return 0
        generation = self.file.get("generation", 0)
        for change in page["changes"]:
            self._change(change, generation)
        if not page.get("more"):  # a new download is complete: what it did not contain is no longer ours
            sql = "UPDATE documents SET gone = coalesce(gone, 'not downloaded again') WHERE generation < ?"
            self.db.execute(sql, (generation,))
        self.file.set(cursor=page["cursor"], through=page.get("through", self.file.get("through", 0)))
        if not page.get("more") and "digests" in page:
            self.file.set(
                agrees=all(page["digests"][name].items() >= own.items() for name, own in self.digests().items())
            )
        return len(page["changes"])

    def _change(self, change: Json, generation: int) -> None:
        type_, id_ = change["type"], change["id"]
        if "gone" in change:
            sql = "UPDATE documents SET gone = ?, generation = ? WHERE type = ? AND id = ?"
            self.db.execute(sql, (change["gone"], generation, type_, id_))
            return
        sql = """INSERT OR REPLACE INTO documents (type, id, position, hash, body, generation, shared)
            VALUES (?, ?, ?, ?, ?, ?, ?)"""
        body = canonical(change["body"]).decode()
        shared = change.get("shared") is True
        self.db.execute(sql, (type_, id_, change["position"], change.get("hash"), body, generation, shared))
        if type_ == "operation":  # the final result of one that was held or quarantined
            self.outbox.settle(self.outbox.final_result(id_.partition("/")[0]), late=True)

    def forget_cursor(self) -> None:
        """Inside a transaction: the next pull is a first download; the documents stay readable until it is complete."""
        self.file.set(cursor=None, generation=self.file.get("generation", 0) + 1, agrees=None)

    def entries(self) -> Iterator[tuple[str, int, int]]:
        """For each document that is not gone its audience, its leaf and its entry, computed from the stored body."""
        for type_, id_, shared, body in self.db.execute(
            "SELECT type, id, shared, body FROM documents WHERE gone IS NULL"
        ):
            name, hashed = f"{type_}\0{id_}".encode(), sha256(body.encode()).hexdigest()
            entry = int.from_bytes(sha256(name + b"\0" + hashed.encode()).digest()[:16])
            yield AUDIENCES[shared], leaf_of(type_, id_), entry

    def digests(self) -> Json:
        """How many documents there are for each audience, and the sum of their entries."""
        counts, sums = dict.fromkeys(AUDIENCES, 0), dict.fromkeys(AUDIENCES, 0)
        for audience, _, entry in self.entries():
            counts[audience] += 1
            sums[audience] += entry
        return {audience: {"count": counts[audience], "sum": hex128(sums[audience])} for audience in AUDIENCES}

    def leaves(self) -> Json:
        """The sums of the 256 leaves for each audience."""
        sums = {audience: [0] * 256 for audience in AUDIENCES}
        for audience, leaf, entry in self.entries():
            sums[audience][leaf] += entry
        return {audience: [hex128(total) for total in sums[audience]] for audience in AUDIENCES}

    def heal(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: replace the content of the leaves that differ; returns the number of documents."""
        if self.file.get("cursor") != asked:
            return 0
        differing = {(audience, leaf) for audience in AUDIENCES for leaf in page[audience]}
        for type_, id_, shared in self.db.execute("SELECT type, id, shared FROM documents").fetchall():
            if (AUDIENCES[shared], leaf_of(type_, id_)) in differing:
                sql = "UPDATE documents SET gone = coalesce(gone, 'not on the server') WHERE type = ? AND id = ?"
                self.db.execute(sql, (type_, id_))
        return self.store(asked, page)

    def sweep(self) -> None:
        """Inside a transaction: delete what is gone and no longer named."""
        self.db.execute(SWEEP_DOCUMENTS)

    def stock(self) -> list[Json]:
        """The `stock` bodies with the operations of this device that they do not contain yet."""
        lines = {(body["location"], body["part"]): body for body in (row["body"] for row in self.documents("stock"))}
        for body in lines.values():
            body |= {"confirmed": Decimal(body["on_hand"]), "on_hand": Decimal(body["on_hand"])}
            body.setdefault("reserved", "0")
        for kind, data in self._done_here():
            with suppress(KeyError, TypeError, ValueError, InvalidOperation):  # the server will quarantine it
                place = {"location": str(data["location"]), "part": str(data["part"])}
                quantity = Decimal(data["quantity"])
                nothing = place | {"on_hand": Decimal(0), "confirmed": Decimal(0), "reserved": "0"}
                line = lines.setdefault((place["location"], place["part"]), nothing)
                counted = kind == "stock_counted"
                line["on_hand"] = quantity if counted else line["on_hand"] + STOCK_EFFECT[kind] * quantity
        return list(lines.values())

    def _done_here(self) -> Iterator[tuple[str, Json]]:
        sql = """SELECT operation FROM operations
            WHERE result IS NULL OR status IN (?, ?) OR position > ? ORDER BY n"""
        for (text,) in self.db.execute(sql, (*UNDECIDED, self.file.get("through", 0))).fetchall():
            operation = json.loads(text)
            if operation["type"] == "stock_counted" or operation["type"] in STOCK_EFFECT:
                yield operation["type"], operation["data"]


def leaf_of(type_: str, id_: str) -> int:
    """The leaf of a document, 0 to 255."""
    return sha256(f"{type_}\0{id_}".encode()).digest()[0]


def hex128(total: int) -> str:
    """A sum mod 2^128 as 32 lower-case hex digits."""
    return f"{total % 2**128:032x}"

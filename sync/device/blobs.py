"""Photos and signatures: stored in pieces, uploaded when the operation that names them has its result."""

from __future__ import annotations

import re
from hashlib import sha256

from .errors import BadUseError, OfflineError, RefusedError
from .file import File
from .limits import BLOB_BYTES, CHUNK, HOUR, KEPT, OUT_OF_REACH, RESTARTS
from .outbox import Outbox
from .request import Request
from .wire import Wire
from .world import World

SWEEP_BLOBS = """
DELETE FROM blobs WHERE coalesce(done, attached) < ?
    AND NOT EXISTS (SELECT 1 FROM operations WHERE instr(operations.operation, blobs.sha256))
"""


class Blobs:
    """The bytes that operations name, in pieces of 256 KiB in the device's file."""

    def __init__(self, file: File, world: World, outbox: Outbox, wire: Wire) -> None:
        self.file, self.db, self.world, self.outbox, self.wire = file, file.db, world, outbox, wire

    def attach(self, content: bytes) -> str:
        """Store the bytes in one transaction; returns their SHA-256 in hex."""
        if not 0 < len(content) <= BLOB_BYTES:
            raise BadUseError(f"This has {len(content)} bytes, and a photo or signature has 1 to {BLOB_BYTES}.")
        name = sha256(content).hexdigest()
        again = """INSERT INTO blobs (sha256, size, attached) VALUES (?, ?, ?)
            ON CONFLICT (sha256) DO UPDATE SET attached = excluded.attached, done = NULL, next_try = 0"""
        with self.file.transaction():
            self.db.execute(again, (name, len(content), max(self.world.now(), self.outbox.when())))
            for start in range(0, len(content), CHUNK):
                piece = (name, start, content[start : start + CHUNK])
                self.db.execute("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?)", piece)
        return name

    def waiting(self) -> int:
        """The number of blobs that are not completely on the server yet."""
        count: int = self.db.execute("SELECT count(*) FROM blobs WHERE done IS NULL").fetchone()[0]
        return count

    def due(self) -> list[tuple[str, int]]:
        """Name and size of those that an answered operation names and that are due, the oldest first."""
        sql = """SELECT sha256, size FROM blobs WHERE done IS NULL AND (next_try <= ? OR next_try > ?)
            AND EXISTS (SELECT 1 FROM operations WHERE acknowledged IS NOT NULL AND status <> 'rejected'
                AND instr(operations.operation, blobs.sha256)) ORDER BY attached, sha256"""
        now = self.world.now()
        return [(name, size) for name, size in self.db.execute(sql, (now, now + 2 * HOUR)).fetchall()]

    def upload(self) -> int:
        """Send what is due; returns the number completed. What fails is postponed, and operations are sent first.

        Raises `RefusedError` only when the device is revoked.
        """
        completed = 0
        for name, size in self.due():
            try:
                if not self._send(name, size):
                    break
            except (OfflineError, RefusedError) as error:
                if error.code == "device-revoked":
                    raise
                self._put_off(name, error.wait)
                if error.status in OUT_OF_REACH:
                    break
            else:
                completed += 1
        return completed

    def _send(self, name: str, size: int) -> bool:
        """Send the rest of a blob; False when an operation is to be sent first."""
        head = Request("HEAD", f"/sync/v1/blobs/{name}", (), None, {"Upload-Length": str(size)}, patient=False)
        offset, in_vain = self._offset(head, size), 0
        while offset < size:
            if self.outbox.waits():
                return False
            before, offset = offset, self._send_piece(name, size, offset)
            in_vain += offset <= before
            if in_vain > RESTARTS:
                raise RefusedError("The server accepts pieces of a photo, but its offset does not grow.")
        with self.file.transaction():
            self.db.execute("UPDATE blobs SET done = ? WHERE sha256 = ?", (self.outbox.when(), name))
        return True

    def _send_piece(self, name: str, size: int, offset: int) -> int:
        """Send the bytes from an offset to the end of its piece; returns how many bytes the server has then."""
        sql = "SELECT start, bytes FROM pieces WHERE sha256 = ? AND start <= ? ORDER BY start DESC LIMIT 1"
        start, content = self.db.execute(sql, (name, offset)).fetchone()
        body = bytes(content[offset - start :])
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
        headers["Upload-Length"] = str(size)
        put = Request("PUT", f"/sync/v1/blobs/{name}", (), lambda: body, headers, patient=False)
        try:
            return self._offset(put, size)
        except RefusedError as refusal:
            offset_there = refusal.problem.get("offset", -1)
            if refusal.code != "upload-offset-mismatch" or offset_there not in range(size + 1):
                raise
            return int(offset_there)

    def _offset(self, request: Request, size: int) -> int:
        """The number of bytes that the server has after a request; all of them when it wants no more."""
        headers = self.wire.call(request).headers
        offset_there = headers.get("upload-offset", "")
        is_number = re.fullmatch("[0-9]{1,12}", offset_there) is not None
        if is_number and offset_there == headers.get("upload-length"):
            return size
        if not is_number or int(offset_there) > size:
            raise OfflineError("The server's answer has no offset of a photo.")
        return int(offset_there)

    def _put_off(self, name: str, wait: float | None) -> None:
        """Try again after the time that the server asks for, or after 4, 8, 16 … seconds, an hour at most."""
        sql = "UPDATE blobs SET failures = min(failures + 1, 20), next_try = ? WHERE sha256 = ?"
        with self.file.transaction():
            failures = self.db.execute("SELECT failures FROM blobs WHERE sha256 = ?", (name,)).fetchone()[0]
            later = self.world.now() + self.world.jittered(min(max(wait or 0.0, 4 * 2.0**failures), HOUR))
            self.db.execute(sql, (later, name))

    def send_again(self) -> None:
        """Inside a transaction: upload all again, since the server may have lost some."""
        self.db.execute("UPDATE blobs SET done = NULL, next_try = 0, failures = 0")

    def sweep(self) -> None:
        """Inside a transaction: delete what no operation names any more."""
        self.db.execute(SWEEP_BLOBS, (self.outbox.when() - KEPT,))
        self.db.execute("DELETE FROM pieces WHERE sha256 NOT IN (SELECT sha256 FROM blobs)")

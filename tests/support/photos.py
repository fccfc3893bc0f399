"""Photos: technicians who name bytes in recorded operations, and send them piece by piece."""

from __future__ import annotations

import random
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from domain.access.device_limits import BLOB_PIECE
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.work.work_order import WorkOrder
from store.blobs.folder import FolderPlace
from store.blobs.sweeping import forget_uploads, sweep
from tests.api.conftest import ApiClient

JPEG = "image/jpeg"


def photo(size: int = 2 * BLOB_PIECE + 1000, seed: int = 1) -> bytes:
    """Random bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def named(bytes_: bytes) -> str:
    """The SHA-256 by which operations name these bytes."""
    return sha256(bytes_).hexdigest()


class Technician:
    """A technician with an enrolled device and its token."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        self.id = uuid4()
        devices = api.services.devices
        self.device, incarnation, *_ = devices.enrol(devices.issue_code(self.id)[0], str(uuid4()))
        self.token = devices.issue_tokens(self.device, incarnation, self.id).access_token

    def order(self, customer: Customer | None = None) -> WorkOrder:
        """A work order of this customer, or of a new one."""
        who = customer or registered(self.api)
        order = WorkOrder.open(id=uuid4(), number="W-1", customer=who.id)
        self.api.commit(order)
        return order

    def takes(
        self, picture: bytes, order: WorkOrder | None = None, *, size: int | None = None, media_type: str = JPEG
    ) -> WorkOrder:
        """Record that this picture was taken, as the device's operation does; the bytes stay on the device."""
        log = self.api.services.log
        known = log.work().get(WorkOrder, order.id) if order is not None else self.order()
        known.record_photo(sha256=named(picture), size=len(picture) if size is None else size, media_type=media_type)
        work = log.work()
        envelope = Envelope(occurred_at=now(), actor=self.id, device=self.device, operation_id=uuid4())
        work.add(envelope, known)
        work.commit()
        self.api.catch_up()
        return known

    def head(self, sha256: str) -> TestResponse:
        """Request the progress of an upload (HEAD)."""
        return self._ask("HEAD", sha256)

    def asks_length(self, sha256: str, headers: dict[str, str]) -> TestResponse:
        """The same, with headers."""
        return self._ask("HEAD", sha256, headers)

    def put(self, sha256: str, offset: int | str, chunk: bytes, **headers: str) -> TestResponse:
        """Send a chunk at this offset (PUT)."""
        return self._ask("PUT", sha256, data=chunk, headers={"Upload-Offset": str(offset)} | headers)

    def progress(self, picture: bytes) -> tuple[int, int]:
        """Offset and length of an upload."""
        self.api.catch_up()
        reply = self.head(named(picture))
        assert reply.status_code == 200, reply.status
        return int(reply.headers["Upload-Offset"]), int(reply.headers["Upload-Length"])

    def sends(self, picture: bytes, until: int | None = None, chunk: int = BLOB_PIECE) -> None:
        """Continue an upload from the server's offset, to the end or to `until`."""
        aim = len(picture) if until is None else until
        offset, _ = self.progress(picture)
        while offset < aim:
            reply = self.put(named(picture), offset, picture[offset : min(offset + chunk, aim)])
            assert reply.status_code == 200, reply.text
            offset = int(reply.headers["Upload-Offset"])

    def _ask(self, method: str, sha256: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        sent_headers = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        return self.api.client.open(f"/sync/v1/blobs/{sha256}", method=method, headers=sent_headers, **more)


def registered(api: ApiClient) -> Customer:
    """A customer."""
    customer = Customer.register(id=uuid4(), name="Erika Kastanienbaum")
    api.commit(customer)
    return customer


@dataclass(frozen=True)
class Stored:
    """How many uploads, chunks, kept blobs and files are stored."""

    uploads: int
    chunks: int
    kept: int
    files: int


def stored(api: ApiClient, folder: Path) -> Stored:
    """Count what is stored now."""
    pool = api.services.log.pool
    rows = pool.fetch_all(
        """
        SELECT (SELECT count(*) FROM blobs.uploads),
            (SELECT count(*) FROM blobs.chunks),
            (SELECT count(*) FROM blobs.kept)
        """
    )
    uploads, chunks, kept = rows[0]
    return Stored(uploads, chunks, kept, sum(path.is_file() for path in folder.rglob("*")))


def code(reply: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert reply.json is not None
    return reply.status_code, str(reply.json["type"]).rpartition("/")[2]


def seen(api: ApiClient, picture: bytes) -> TestResponse:
    """The reply to the office's request for these bytes."""
    return api.get(f"/api/v1/blobs/{named(picture)}", role="dispatcher")


def clean(api: ApiClient, folder: Path) -> None:
    """Run the worker's jobs that remove uploads and files."""
    with api.services.log.pool.transaction() as cursor:
        forget_uploads(cursor)
        sweep(cursor, FolderPlace(folder))


def age(api: ApiClient, hours: int) -> None:
    """Make everything that is stored older by so many hours."""
    pool = api.services.log.pool
    pool.execute("UPDATE blobs.uploads SET touched_at = touched_at - make_interval(hours => %s)", (hours,))
    pool.execute("UPDATE blobs.kept SET begun_at = begun_at - make_interval(hours => %s)", (hours,))

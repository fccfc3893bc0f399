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
from tests.api.conftest import House

JPEG = "image/jpeg"


def photo(size: int = 2 * BLOB_PIECE + 1000, seed: int = 1) -> bytes:
    """Bytes that look like nothing, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def named(bytes_: bytes) -> str:
    """What operations call these bytes."""
    return sha256(bytes_).hexdigest()


class Technician:
    """A technician with a device, who may come by any door of the application."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.id = uuid4()
        devices = house.services.devices
        self.device, incarnation, *_ = devices.enrol(devices.issue_code(self.id)[0], str(uuid4()))
        self.token = devices.issue_tokens(self.device, incarnation, self.id).access_token

    def order(self, customer: Customer | None = None) -> WorkOrder:
        """A work order of this customer, or of a new one."""
        who = customer or registered(self.house)
        order = WorkOrder.open(id=uuid4(), number="W-1", customer=who.id)
        self.house.commit(order)
        return order

    def takes(
        self, picture: bytes, order: WorkOrder | None = None, *, size: int | None = None, media_type: str = JPEG
    ) -> WorkOrder:
        """Record that this picture was taken, as the device's operation does; the bytes stay on the device."""
        log = self.house.services.log
        known = log.work().get(WorkOrder, order.id) if order is not None else self.order()
        known.record_photo(sha256=named(picture), size=len(picture) if size is None else size, media_type=media_type)
        work = log.work()
        said = Envelope(occurred_at=now(), actor=self.id, device=self.device, operation_id=uuid4())
        work.add(said, known)
        work.commit()
        self.house.catch_up()
        return known

    def head(self, sha256: str) -> TestResponse:
        """Ask how far the bytes have come."""
        return self._ask("HEAD", sha256)

    def asks_length(self, sha256: str, headers: dict[str, str]) -> TestResponse:
        """The same, with headers."""
        return self._ask("HEAD", sha256, headers)

    def put(self, sha256: str, offset: int | str, chunk: bytes, **headers: str) -> TestResponse:
        """Send what follows at this offset."""
        return self._ask("PUT", sha256, data=chunk, headers={"Upload-Offset": str(offset)} | headers)

    def progress(self, picture: bytes) -> tuple[int, int]:
        """How far the bytes have come, and how many there are."""
        self.house.catch_up()
        told = self.head(named(picture))
        assert told.status_code == 200, told.status
        return int(told.headers["Upload-Offset"]), int(told.headers["Upload-Length"])

    def sends(self, picture: bytes, until: int | None = None, chunk: int = BLOB_PIECE) -> None:
        """Go on from where the server is, to the end or to an offset before it."""
        aim = len(picture) if until is None else until
        offset, _ = self.progress(picture)
        while offset < aim:
            told = self.put(named(picture), offset, picture[offset : min(offset + chunk, aim)])
            assert told.status_code == 200, told.text
            offset = int(told.headers["Upload-Offset"])

    def _ask(self, method: str, sha256: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        said = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        return self.house.client.open(f"/sync/v1/blobs/{sha256}", method=method, headers=said, **more)


def registered(house: House) -> Customer:
    """A customer."""
    customer = Customer.register(id=uuid4(), name="Erika Kastanienbaum")
    house.commit(customer)
    return customer


@dataclass(frozen=True)
class Stored:
    """What the database and the folder hold of blobs."""

    uploads: int
    chunks: int
    kept: int
    files: int


def stored(house: House, folder: Path) -> Stored:
    """Counted now."""
    pool = house.services.log.pool
    rows = pool.fetch_all(
        """
        SELECT (SELECT count(*) FROM blobs.uploads),
            (SELECT count(*) FROM blobs.chunks),
            (SELECT count(*) FROM blobs.kept)
        """
    )
    uploads, chunks, kept = rows[0]
    return Stored(uploads, chunks, kept, sum(path.is_file() for path in folder.rglob("*")))


def code(told: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert told.json is not None
    return told.status_code, str(told.json["type"]).rpartition("/")[2]


def seen(house: House, picture: bytes) -> TestResponse:
    """What the office is shown of these bytes."""
    return house.get(f"/api/v1/blobs/{named(picture)}", role="dispatcher")


def clean(house: House, folder: Path) -> None:
    """What the worker does every minute."""
    with house.services.log.pool.transaction() as cursor:
        forget_uploads(cursor)
        sweep(cursor, FolderPlace(folder))


def age(house: House, hours: int) -> None:
    """Let so many hours pass for everything that is stored."""
    pool = house.services.log.pool
    pool.execute("UPDATE blobs.uploads SET touched_at = touched_at - make_interval(hours => %s)", (hours,))
    pool.execute("UPDATE blobs.kept SET begun_at = begun_at - make_interval(hours => %s)", (hours,))

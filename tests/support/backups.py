"""Companies for tests of backup and restore, and what can be read of them afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from callout.assembly import Application
from callout.blob_place import place_of
from callout.restoring import Restored, restore
from callout.settings import Settings
from domain.access.device_limits import BLOB_PIECE
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer
from domain.work.work_order import WorkOrder
from projections.catalogue import PROJECTIONS
from projections.engine.verify import verify
from store.backup.dump import dump
from store.backup.manifest import Manifest, Progress
from store.blobs.blob import Blob
from store.erasure import Erasure
from tests.support.logs import NOON, WORDS

KEY = b"m" * 32
NAME = "Erika Kastanienbaum"
PICTURE = Random(7).randbytes(BLOB_PIECE + 1000)
BLOB = Blob(sha256(PICTURE).hexdigest(), len(PICTURE))


def nothing(done: int, total: int) -> None:
    """A progress callback that only checks its arguments."""
    assert 0 <= done <= total


def stages(_: str) -> AbstractContextManager[Progress]:
    return nullcontext(nothing)


@dataclass
class Site:
    """A company in one database, with a home of its own."""

    dsn: str
    home: Path
    master_key: bytes | None = KEY
    older: tuple[bytes, ...] = ()

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.home, database_url=self.dsn, master_key=self.master_key, older_master_keys=self.older, pool=3
        )

    @contextmanager
    def application(self) -> Iterator[Application]:
        with Application(self.settings, migrating=True) as application:
            application.ensure_views()
            yield application

    def back_up(self, folder: Path) -> Manifest:
        return dump(self.dsn, folder, place_of(self.settings), nothing)

    def restore(self, folder: Path, *lists: Path, replace: bool = False) -> Restored:
        return restore(self.settings, self.dsn, folder, lists, stages, replace=replace)


def registered(application: Application, name: str = NAME) -> UUID:
    """A customer with a work order and a photo of theirs."""
    customer = Customer.register(id=uuid4(), name=name)
    order = WorkOrder.open(
        id=uuid4(), number=application.services.log.next_work_order_number(), customer=customer.id, problem=WORDS
    )
    work = application.services.log.work()
    work.add(Envelope(occurred_at=NOON), customer, order)
    work.commit([Answer(uuid4(), "hash", "applied", "{}", 0, 2)])
    key = application.services.vault.keys([customer.id])[customer.id]
    pieces = (PICTURE[number * BLOB_PIECE :][: BLOB.length_of(number)] for number in BLOB.pieces())
    application.services.vault.keep(BLOB, customer.id, key, pieces)
    return customer.id


def erase(application: Application, customer: UUID) -> None:
    """Erase a customer and destroy their key."""
    work = application.services.log.work()
    entity = work.get(Customer, customer)
    entity.erase()
    work.add(Envelope(occurred_at=NOON), entity)
    work.commit()
    assert Erasure(application.services.log).catch_up() > 0


def records(application: Application) -> list[str]:
    return [
        record
        for (record,) in application.services.log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")
    ]


def name_of(application: Application, customer: UUID) -> str | None:
    """What can be read of a customer's name, in the log and in the views; `None` when neither knows it."""
    while application.projector().run_once():
        pass
    entity = application.services.log.work().get(Customer, customer)
    with application.services.views.now() as reader:
        row = reader.fetch_one("SELECT name FROM customers WHERE id = %s", (str(customer),))
    assert row is not None
    words = [
        getattr(each.data, "name", None)
        for each in application.services.log.reader.read(records(application))
        if each.stream == customer
    ]
    shown = {word for word in words if word is not None} | ({row["name"]} - {None})
    assert entity.id == customer
    assert len(shown) <= 1
    return shown.pop() if shown else None


def picture_of(application: Application, customer: UUID) -> bytes | None:
    """The photo of a customer, if it can be read."""
    with application.services.vault.opened(BLOB.sha256, {customer: [BLOB.size]}) as opened:
        return b"".join(opened.pieces) if opened is not None else None


def differences(application: Application) -> list[object]:
    """The rows in which views differ from a fold of the log."""
    found = verify(application.services.projecting, PROJECTIONS, [each.name for each in PROJECTIONS])
    return [difference for view in found for difference in view.differences]

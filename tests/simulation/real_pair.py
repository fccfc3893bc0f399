"""Two reference devices on the real server, over a connection that can be cut; for state machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any, Literal
from uuid import UUID

import orjson

from domain.kernel.envelope import Envelope
from domain.work.work_order import WorkOrder
from projections.documents.table import SHARED
from sync.device import Device, OfflineError, Reply
from tests.simulation import real_trace as acts
from tests.simulation.disk import Disk, Killed
from tests.simulation.profile import Profile
from tests.simulation.real_replay import Replay
from tests.simulation.real_server import RealServer
from tests.simulation.schedule import Schedule
from tests.simulation.world import World

Cut = Literal["request", "reply"]


class Pair:
    """The devices, their connection, and the ids of what they have recorded."""

    def __init__(self, server: RealServer) -> None:
        world = World(Schedule(2**40, Profile.drawn(Random(0), 3)._replace(technicians=2), ()))
        events = world.log.events
        Replay(server).run([acts.Events(events[-1].recorded_at, 0, list(events))])
        self.server, self.company = server, world.company
        server.clock.set(world.clock.now())
        server.may_catch_up = self.fold
        self.cut: tuple[Cut, int] | None = None
        self.made: list[str] = []
        self.disks = [Disk(), Disk()]
        self.devices = [self._opened(number) for number in (0, 1)]
        self.fold()
        for number, device in enumerate(self.devices):
            code, _ = server.services.devices.issue_code(self.company.technicians[number])
            device.enrol(code, f"phone {number}")

    def use(self, number: int, what: Callable[[Device], Any]) -> Any:
        """Call a function with a device; its result, `None` if it is killed or offline."""
        self._wait(60)
        try:
            with suppress(OfflineError):
                return what(self.devices[number])
        except Killed:
            self.devices[number] = self._opened(number)
        finally:
            self.disks[number].survive()
            self.cut = None
        return None

    def record(self, number: int, order: int, text: str) -> None:
        """Record a note about one of the work orders."""
        data = {"work_order": str(self.company.orders[order]), "text": text}
        id = self.use(number, lambda device: device.record("note_added", data))
        if id is not None:
            self.made.append(id)

    def assign(self, order: int, technician: int) -> None:
        """Assign a work order as the office."""
        work = self.server.services.log.work()
        entity = work.get(WorkOrder, self.company.orders[order])
        entity.assign(self.company.technicians[technician])
        work.add(Envelope(occurred_at=self.server.clock.at), entity)
        work.commit()

    def fold(self) -> None:
        """The views catch up."""
        head = self.server.services.log.head()
        if self.server.services.views.position(["documents"]) < head:
            self.server.fold(head)

    def become_quiet(self) -> None:
        """Sync both devices until everything is sent and fetched."""
        for _ in range(3):
            for number in (0, 1):
                self.use(number, lambda device: device.sync())
            self._wait(3600)
            self.fold()

    def shown_by(self, number: int) -> dict[tuple[str, str], str]:
        """The hash of each document on a device, computed from its body."""
        rows = self.disks[number].rows("SELECT type, id, body FROM documents WHERE gone IS NULL")
        return {(kind, id): sha256(body.encode()).hexdigest() for kind, id, body in map(tuple, rows)}

    def due_to(self, number: int) -> dict[tuple[str, str], str]:
        """The hash of each document that a device must have, by the server's views."""
        sql = "SELECT type, id, hash FROM documents WHERE audience = ANY(%s::uuid[]) AND gone IS NULL"
        audiences = [str(self.company.technicians[number]), str(SHARED)]
        return {(kind, id): digest for kind, id, digest in self.server.services.views.ask(sql, (audiences,))}

    def effects(self) -> dict[UUID, int]:
        """The number of notes of each operation in the log."""
        sql = "SELECT operation_id, count(*) FROM log.events WHERE topic = 'work_order.note_added' GROUP BY 1"
        return dict(self.server.services.log.pool.fetch_all(sql))

    def unsent(self) -> list[str]:
        """The ids of operations without a result."""
        sql = "SELECT id FROM operations WHERE acknowledged IS NULL"
        return [id for disk in self.disks for (id,) in map(tuple, disk.rows(sql))]

    def _opened(self, number: int) -> Device:
        return Device(
            "phone",
            "http://office",
            transport=self._exchange,
            clock=lambda: self.server.clock.at,
            sleep=self._wait,
            random=Random(number),
            connect=self.disks[number].connect,
            tries=2,
        )

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, _: float) -> Reply:
        what, left = self.cut or (None, 0)
        self.cut = (what, left - 1) if what and left else None
        if what == "request" and not left:
            raise ConnectionError("no network")
        reply = self.server.answer(method, url, headers, body)
        assert reply.status < 500, orjson.loads(reply.body)
        if what == "reply" and not left:
            raise ConnectionError("the connection was closed")
        return reply

    def _wait(self, seconds: float) -> None:
        self.server.clock.set(self.server.clock.at + timedelta(seconds=seconds))

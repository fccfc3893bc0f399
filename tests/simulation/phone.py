"""A phone: a technician's device with a disk and a clock, whose process may be killed and begins again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sync.device import BadUseError, Device, OfflineError, RefusedError
from tests.simulation.clocks import DeviceClock
from tests.simulation.disk import Disk, Killed

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")
NEEDS_CODE = frozenset({"token-expired", "token-reused", "device-forked", "device-revoked"})
MOST_STATEMENTS = 60


class Phone:
    """What a technician holds in the hand."""

    def __init__(self, world: World, number: int, technician: UUID, clock: DeviceClock) -> None:
        self._world, self.number, self.technician, self.clock = world, number, technician, clock
        self.disk = Disk()
        self.device: Device | None = None
        self.wants_code = True
        self.busy = False
        self.refusals: list[str] = []

    def use(self, what: Callable[[Device], T]) -> T | None:
        """Let the person do something with the app; whatever becomes of the process, the phone goes on."""
        world = self._world
        world.touched.add(self.number)
        if world.happens("killed"):
            self.disk.kill_after(world.dice.randrange(MOST_STATEMENTS))
        if world.happens("disk full"):
            self.disk.db.room = world.dice.randrange(4)
        before, self.busy = self.busy, True
        try:
            return what(self.opened())
        except Killed:
            self.device = None
        except OfflineError:
            pass
        except RefusedError as refusal:
            self.refusals.append(refusal.code)
            self.wants_code = self.wants_code or refusal.code in NEEDS_CODE or not refusal.status
        except sqlite3.OperationalError as error:
            if "full" not in str(error):
                raise
            self.device = None
        finally:
            self.disk.survive()
            self.busy = before
        return None

    def opened(self) -> Device:
        """The running app."""
        if self.device is None:
            world = self._world
            self.device = Device(
                "phone",
                "http://office",
                transport=world.network.transport_of(self.number),
                clock=self.clock.now,
                sleep=world.clock.pass_by,
                random=world.dice,
                connect=self.disk.connect,
                tries=2,
            )
        return self.device

    def enrol(self) -> None:
        """Ask the office for a code, and trade it in."""

        def trade(device: Device) -> None:
            code = self._world.access.issue_code(self.technician)
            try:
                device.enrol(code, f"phone {self.number}")
                self.wants_code = False
            except BadUseError:  # what is on this disk is somebody else's
                self.reinstall()

        self.use(trade)

    def sync(self) -> None:
        """Send and fetch, with a new code if one is needed."""
        if self.wants_code:
            self.enrol()
        if not self.wants_code:
            self.use(lambda device: device.sync())

    def reinstall(self) -> None:
        """Begin with nothing: what was on the disk is gone."""
        self._replace(Disk())

    def take_disk(self, image: bytes) -> None:
        """Go on with a copy of a disk, this phone's own of earlier or another's."""
        self._replace(Disk(image))

    def _replace(self, disk: Disk) -> None:
        self._world.auditor.disk_lost(self)
        self.disk, self.device = disk, None
        self.wants_code = True if not disk.rows("SELECT 1 FROM sqlite_master") else self.wants_code
        self._world.touched.add(self.number)

"""A phone: a technician's device with a disk and a clock, whose process may be killed and restarted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sync.device import BadUseError, Device, ErasedError, FullError, OfflineError, RefusedError
from tests.simulation.clocks import DeviceClock
from tests.simulation.disk import Disk, Killed

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")
NEEDS_CODE = frozenset({"token-expired", "token-reused", "device-forked", "device-revoked"})
MOST_STATEMENTS = 60


class Phone:
    """A phone with its disk, clock, app version and, while it runs, the reference device."""

    def __init__(self, world: World, number: int, technician: UUID, clock: DeviceClock) -> None:
        self._world, self.number, self.technician, self.clock = world, number, technician, clock
        self.disk = Disk()
        self.device: Device | None = None
        self.app_version = "1"
        self.wants_code, self.as_new = True, False
        self.busy = self.rotten = False
        self.kept: tuple[bytes, bool] | None = None
        self.refusals: list[str] = []

    def use(self, what: Callable[[Device], T]) -> T | None:
        """Call a function with the device; its result, `None` if the device fails or its process is killed."""
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
        except (OfflineError, FullError, BadUseError):
            pass
        except ErasedError:
            self.wants_code = True
        except RefusedError as refusal:
            self.refusals.append(refusal.code)
            self.wants_code = self.wants_code or refusal.code in NEEDS_CODE or not refusal.status
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
                sleep=world.clock.advance,
                random=world.dice,
                connect=self.disk.connect,
                tries=2,
                app_version=self.app_version,
            )
        return self.device

    def enrol(self) -> None:
        """Get a code and enrol with it; sometimes once more with the same code if no reply arrived."""
        code = self._world.access.issue_code(self.technician)

        def trade(device: Device) -> None:
            try:
                device.enrol(code, f"phone {self.number}", as_new=self.as_new)
                self.wants_code = self.as_new = False
            except BadUseError:  # what is on this disk is somebody else's
                self.take_disk(None)

        self.use(trade)
        if self.wants_code and self._world.dice.chance(0.5):
            self.use(trade)

    def sync(self) -> None:
        """Sync, after enrolling again if needed."""
        if self.wants_code:
            self.enrol()
        if not self.wants_code:
            self.use(lambda device: device.sync())

    def installation(self) -> str | None:
        """The install id on this disk; `None` if there is none, or while the disk is being erased."""
        state = dict(map(tuple, self.disk.rows("SELECT name, value FROM state WHERE value <> 'null'")))
        return None if "wiping" in state else state.get("install_id")

    def waits_to_erase(self) -> bool:
        """Whether it waits for the reply to its salvage."""
        return self.busy and bool(self.disk.rows("SELECT 1 FROM state WHERE name = 'wiping' AND value = '\"salvage\"'"))

    def is_erasing(self) -> bool:
        """Whether the salvage is done and the disk is being erased, some rows at a time."""
        return bool(
            self.disk.rows("SELECT 1 FROM state WHERE name = 'wiping' AND value IN ('\"erase\"', '\"confirm\"')")
        )

    def upgrade(self) -> None:
        """Install the newest app on the same disk."""
        self.app_version, self.device = "2", None

    def take_disk(self, image: bytes | None, *, rotten: bool = False) -> None:
        """Continue with a copy of a disk, its own earlier one or another phone's, or with an empty one."""
        lost, self.disk, self.device = self.disk, Disk(image), None
        self.wants_code = self.wants_code or image is None
        self.rotten = rotten
        self._world.auditor.disk_lost(self, lost)
        self._world.touched.add(self.number)

"""The loop of a device: it syncs, waits for news or for something to send, and syncs again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from .errors import DeviceError, ErasedError, OfflineError
from .limits import PATIENCE, WAIT
from .local import Local
from .sending import Synced


class Loop:
    """Runs until the device has been erased; `sync` waits so many seconds for news, `live` until there are any."""

    def __init__(self, local: Local, sync: Callable[[int], Synced], live: Callable[[], bool]) -> None:
        self._local, self._sync, self._live = local, sync, live

    def run(self) -> Iterator[Synced | DeviceError]:
        """What came of each sync; a failure is given out and tried again a little later."""
        wait = 0
        while True:
            try:
                happened: Synced | DeviceError = self._sync(wait)
            except DeviceError as error:
                happened = error
            except sqlite3.Error as error:
                happened = DeviceError(f"{self._local.file.path}: {error}.")
            yield happened
            if isinstance(happened, ErasedError):
                return
            try:
                wait = self._rest(happened)
            except ErasedError as error:
                yield error
                return

    def _rest(self, happened: Synced | DeviceError) -> int:
        """Wait for the next turn of `run`; how many seconds that turn shall wait for news itself."""
        if isinstance(happened, DeviceError) or not happened.caught_up:
            pause = PATIENCE
            if isinstance(happened, OfflineError):  # the wire itself sits out what is longer than this
                pause = min(happened.wait or 2.0, PATIENCE)
            self._local.world.sleep(self._local.world.a_bit_more(pause))
            return 0
        try:
            if not self._local.outbox.waits() and not self._live() and not self._local.outbox.waits():
                self._local.world.sleep(5 * self._local.world.random.random())
        except ErasedError:
            raise
        except (DeviceError, sqlite3.Error):
            return WAIT
        return 0

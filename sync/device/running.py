"""The loop of a device: it syncs, waits for changes or for something to send, and syncs again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from .errors import DeviceError, ErasedError, OfflineError
from .limits import PATIENCE, WAIT
from .local import Local
from .sending import Synced


class Loop:
    """Runs until the device has been erased; `sync` waits so many seconds for changes, `live` until there are any."""

    def __init__(self, local: Local, sync: Callable[[int], Synced], live: Callable[[], bool]) -> None:
        self._local, self._sync, self._live = local, sync, live

    def run(self) -> Iterator[Synced | DeviceError]:
        """Yields the result of each sync; an error is yielded too, and tried again later."""
        wait = 0
        while True:
            try:
                outcome: Synced | DeviceError = self._sync(wait)
            except DeviceError as error:
                outcome = error
            except sqlite3.Error as error:
                outcome = DeviceError(f"{self._local.file.path}: {error}.")
            yield outcome
            if isinstance(outcome, ErasedError):
                return
            try:
                wait = self._rest(outcome)
            except ErasedError as error:
                yield error
                return

    def _rest(self, outcome: Synced | DeviceError) -> int:
        """Wait before the next sync of `run`; returns how many seconds that one is to wait for changes."""
        if isinstance(outcome, DeviceError) or not outcome.caught_up:
            pause = PATIENCE
            if isinstance(outcome, OfflineError):  # the wire itself waits for longer pauses
                pause = min(outcome.wait or 2.0, PATIENCE)
            self._local.world.sleep(self._local.world.jittered(pause))
            return 0
        try:
            if not self._local.outbox.waits() and not self._live() and not self._local.outbox.waits():
                self._local.world.sleep(5 * self._local.world.random.random())
        except ErasedError:
            raise
        except (DeviceError, sqlite3.Error):
            return WAIT
        return 0

"""Live: a stream of events, each of which only reports that something in a device's slice has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import SystemRandom
from time import monotonic
from typing import Final

from domain.access.identity import DeviceIdentity
from sync.ports import Documents

HEARTBEAT: Final = 15.0
LONGEST: Final = 600.0
SPREAD: Final = 120.0
"""Streams end up to so many seconds sooner, at random, so that devices do not all reconnect at once."""

_DICE: Final = SystemRandom()


class Live:
    """Streams of server-sent events, one waiting thread each.

    `clock` returns seconds, `dice` a number from 0 to 1.
    """

    def __init__(
        self,
        documents: Documents,
        clock: Callable[[], float] = monotonic,
        dice: Callable[[], float] = _DICE.random,
    ) -> None:
        self._documents = documents
        self._clock = clock
        self._dice = dice

    def events(self, who: DeviceIdentity, after: int, is_welcome: Callable[[], bool]) -> Iterator[bytes]:
        """The text of the stream, one piece for each change after the position `after` and for each heartbeat.

        It ends after ten minutes or sooner, and as soon as `is_welcome`, which is called before each piece, is false.
        """
        end = self._clock() + LONGEST - SPREAD * self._dice()
        yield b": here\n\n"
        while (left := end - self._clock()) > 0:
            begun, patience = self._clock(), min(HEARTBEAT, left)
            through = self._documents.wait(who.technician, after, patience)
            cut_short = through is None and self._clock() - begun < patience / 2  # the server is shutting down
            if cut_short or not is_welcome():
                return
            if through is None:
                yield b": still here\n\n"
            else:
                after = through
                yield b'event: wake\ndata: {"through": %d}\n\n' % through

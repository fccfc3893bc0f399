"""Live: a stream of wake-ups that tells a device when something in its slice has changed, and nothing more."""

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
"""Streams end up to so many seconds sooner, so that those that began together do not come back together."""

_DICE: Final = SystemRandom()


class Live:
    """Streams of server-sent events. Each is one waiting thread; `clock` gives seconds, `dice` a number from 0 to 1."""

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
        """The text of the stream, piece by piece, from what changed behind `after` on.

        It ends after ten minutes or sooner, and as soon as the device `is_welcome` no more, which is asked before each
        piece: at every wake-up and every heartbeat.
        """
        end = self._clock() + LONGEST - SPREAD * self._dice()
        yield b": here\n\n"
        while (left := end - self._clock()) > 0:
            begun, patience = self._clock(), min(HEARTBEAT, left)
            through = self._documents.wait(who.technician, after, patience)
            cut_short = through is None and self._clock() - begun < patience / 2  # the server is ending
            if cut_short or not is_welcome():
                return
            if through is None:
                yield b": still here\n\n"
            else:
                after = through
                yield b'event: wake\ndata: {"through": %d}\n\n' % through

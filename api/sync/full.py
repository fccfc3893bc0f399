"""When devices ask for more than can be done, they are refused before anything is done for them."""

from __future__ import annotations

from typing import Final

from flask import request

from api.services import services

_PUSHES: Final = {"sync.push": True, "sync.pull": False}
"""The routes with a line, and whether it is that of the pushes."""


def refuse_when_full() -> None:
    """Raise `Overloaded` when the line that a request would stand in is full; Flask calls this for each one.

    Whoever asks is not looked up for that: the database has enough to do, and everybody is told the same.
    """
    pushes = _PUSHES.get(request.endpoint or "")
    if pushes is not None:
        services().gate.look(pushes=pushes)

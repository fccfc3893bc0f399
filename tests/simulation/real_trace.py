"""A trace: everything that reaches the simulated server, in its order and with what it came to, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from sync.device import Reply


@dataclass
class Act:
    """One thing that happened, at `at` of the server's clock, in this step of the schedule.

    `within` has what happened before this was over: its own commits and, in these, what others did first.
    """

    at: datetime
    step: int
    within: list[Act] = field(default_factory=list, kw_only=True)


@dataclass
class Exchange(Act):
    """A request and its reply, None when the server died over it.

    `device` and `tokens` are what was made in it by chance: the name of a device, and texts of tokens in order.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    reply: Reply | None = None
    device: UUID | None = None
    tokens: list[str] = field(default_factory=list)


@dataclass
class Commit(Act):
    """The core records something; `at` is the moment of recording, after all that is `within`."""

    fate: Literal["recorded", "refused", "crash before", "crash after"] = "refused"


@dataclass
class Reached(Act):
    """A push asks whether the views have come as far as it needs; they may be given the time to do so."""


@dataclass
class Events(Act):
    """The office has decided something."""

    recorded: Sequence[Recorded]
    answers: Sequence[Answer] = ()


@dataclass
class Code(Act):
    """The office makes an enrolment code."""

    technician: UUID
    code: str


@dataclass
class Fold(Act):
    """One batch of the projector, through this position."""

    through: int


@dataclass
class Rebuild(Act):
    """All views are made anew."""


@dataclass
class Settle(Act):
    """Held operations are looked after."""


@dataclass
class TakeIn(Act):
    """The office releases an operation; each attempt to do so has an envelope of its own."""

    operation: UUID
    position: int
    envelopes: list[Envelope] = field(default_factory=list)


@dataclass
class Forget(Act):
    """Keys of erased people are destroyed."""


@dataclass
class Start(Act):
    """A new process of the server."""

    oldest_app: str


@dataclass
class Upgrade(Act):
    """The server learns a newer version of an operation."""


@dataclass
class BackUp(Act):
    """All that the server has stored is copied."""


@dataclass
class Restore(Act):
    """All that the server has stored is what the copy has."""


CORE = (Exchange, Settle, TakeIn, Forget)
"""In these the server's own code decides what is recorded."""

"""A trace: everything that reaches the simulated server, in order and with its result, as plain data."""

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
    """One act, at `at` of the server's clock, in this step of the schedule.

    `within` are the acts before this one ended: its own commits and, in these, what others did first.
    """

    at: datetime
    step: int
    within: list[Act] = field(default_factory=list, kw_only=True)


@dataclass
class Exchange(Act):
    """A request and its reply, None if the server crashed.

    `device` and `tokens` are the random values made in it: a device's id, and tokens in order.
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
    """An append to the log; `at` is the time of recording, after all that is `within`."""

    fate: Literal["recorded", "refused", "crash before", "crash after"] = "refused"


@dataclass
class Reached(Act):
    """A push asks whether the views have reached a position; the views may move within."""


@dataclass
class Events(Act):
    """Events that the office recorded."""

    recorded: Sequence[Recorded]
    answers: Sequence[Answer] = ()


@dataclass
class Code(Act):
    """The office issues an enrolment code."""

    technician: UUID
    code: str


@dataclass
class Fold(Act):
    """One batch of the projector, through this position."""

    through: int


@dataclass
class Rebuild(Act):
    """All views are rebuilt."""


@dataclass
class Settle(Act):
    """Held operations are decided."""


@dataclass
class TakeIn(Act):
    """The office releases an operation; each attempt has an envelope of its own."""

    operation: UUID
    position: int
    envelopes: list[Envelope] = field(default_factory=list)


@dataclass
class Forget(Act):
    """Keys of erased people are destroyed."""


@dataclass
class Start(Act):
    """A new process of the server is started."""

    oldest_app: str


@dataclass
class Upgrade(Act):
    """The server learns a newer version of an operation."""


@dataclass
class BackUp(Act):
    """All that the server has stored is copied."""


@dataclass
class Restore(Act):
    """The server's storage is restored from the copy."""


CORE = (Exchange, Settle, TakeIn, Forget)
"""In these the server's own code decides what is recorded."""

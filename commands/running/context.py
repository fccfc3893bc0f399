"""The context of a command: the unit of work, the request with its author, and the log and views to read."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from commands.running.open_work import OpenOn
from commands.running.request import About, Request
from domain.recording.unit_of_work import Work
from projections.engine.views import Views
from store.log import EventLog


class CommandContext(NamedTuple):
    """The context of one command; `zone` is the company's IANA zone."""

    work: Work
    request: Request
    zone: str
    log: EventLog
    views: Views
    open_on: OpenOn

    @property
    def by(self) -> UUID | None:
        """The id of the author, None for the system itself."""
        return self.request.author.id if self.request.author else None

    @property
    def about(self) -> About:
        """The fields of the request that every command has."""
        return self.request.about

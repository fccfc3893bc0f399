"""Held operations read from the log, for `sync.holding` without views."""

from __future__ import annotations

from datetime import datetime

from store.log import EventLog
from sync.holding import Holding
from sync.ports import Found, Watermark
from sync.waiting import held_groups
from tests.support.logs import read


class HeldInLog:
    """The port for held operations, reading the log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def ripe(self, after: Watermark | None, held_before: datetime, overdue: int = 0) -> Found:  # noqa: ARG002 - all
        """All operations that were ever held."""
        found = [event for event in read(self._log) if event.topic == "device.operation_held"]
        rows = [
            {
                "device": event.stream,
                "incarnation": event.envelope.incarnation,
                "of_group": event.data.group,
                "text_version": event.version,
                "recorded_at": event.recorded_at,
            }
            for event in found
        ]
        return Found(Watermark(0, 0), held_groups(rows))


def holding_of(log: EventLog, waiting: HeldInLog | None = None) -> Holding:
    """The service that decides held operations; every technician may work for every customer."""
    return Holding(log, waiting or HeldInLog(log), lambda *_: True)

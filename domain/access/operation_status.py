"""The outcome of an operation that a device has sent: one set of statuses for server, views and devices."""

from __future__ import annotations

from typing import Final, Literal

ResultStatus = Literal["applied", "conflicted", "rejected", "held", "quarantined"]
"""The first answer to an operation: recorded, recorded with misfits, refused, held or quarantined."""

OperationStatus = Literal["quarantined", "released", "discarded", "rejected", "held", "applied", "conflicted"]
"""The status of an operation that was not simply recorded; the office releases or discards."""

UNDECIDED: Final[tuple[ResultStatus, ...]] = ("held", "quarantined")
"""Statuses without a decision; the text of such an operation is in an event of its device."""


def recorded_status(*, with_misfits: bool) -> ResultStatus:
    """The status of an operation that was recorded: `conflicted` where something about it does not fit."""
    return "conflicted" if with_misfits else "applied"

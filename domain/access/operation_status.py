"""What has become of an operation that a device has sent: the statuses, once for server, views and devices."""

from __future__ import annotations

from typing import Final, Literal

ResultStatus = Literal["applied", "conflicted", "rejected", "held", "quarantined"]
"""The first answer to an operation: recorded, recorded with misfits, refused, waiting for others or for the office."""

OperationStatus = Literal["quarantined", "released", "discarded", "rejected", "held", "applied", "conflicted"]
"""Where an operation stands that was not simply recorded; the office releases or discards."""

UNDECIDED: Final[tuple[ResultStatus, ...]] = ("held", "quarantined")
"""Nothing final has become of these yet; their text waits in an event of their device."""


def recorded_status(*, with_misfits: bool) -> ResultStatus:
    """The status of an operation that was recorded: `conflicted` where something about it does not fit."""
    return "conflicted" if with_misfits else "applied"

"""Issue 10, 5: the reference device imports nothing of the server, and has the same limits and codes."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from domain.access import device_limits, operation_status
from domain.access.device_events import DigestKind
from domain.work.work_order_events import Fixed, LabourKind
from sync.device import limits
from sync.device.commands import CHOICES


def test_the_device_keeps_to_the_limits_of_the_server() -> None:
    assert limits.BATCH == device_limits.MOST_OPERATIONS
    assert limits.OPERATION_BYTES == device_limits.MOST_OPERATION_BYTES
    assert limits.BATCH_BYTES < device_limits.MOST_PUSH_BYTES, "the envelope needs room"
    assert limits.PAGE <= device_limits.MOST_CHANGES
    assert limits.WAIT == device_limits.MOST_WAIT
    assert (limits.BLOB_BYTES, limits.CHUNK) == (device_limits.MOST_BLOB_BYTES, device_limits.BLOB_PIECE)
    assert timedelta(seconds=limits.KEPT) == timedelta(days=device_limits.KEPT_DAYS)


def test_the_device_knows_the_statuses_and_codes_of_the_server() -> None:
    assert set(limits.STATUSES) == set(get_args(operation_status.ResultStatus))
    assert set(limits.UNDECIDED) == set(operation_status.UNDECIDED)
    assert set(limits.AUDIENCES) == set(get_args(DigestKind))
    assert set(CHOICES["fixed"]) == set(get_args(Fixed))
    assert set(CHOICES["kind"]) == set(get_args(LabourKind))

"""Limits of what devices send and receive: enforced by the server, and sent to devices as `ANNOUNCED`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MOST_OPERATIONS: Final = 100
"""Operations of a push."""
MOST_PUSH_BYTES: Final = 1024 * 1024
"""Bytes of a push, or of the digests that a device sends for comparison, when decompressed."""
MOST_OPERATION_BYTES: Final = 16 * 1024
MOST_CHANGES: Final = 1000
"""Documents of a page of a pull."""
MOST_PAGE_BYTES: Final = 1024 * 1024
"""Bytes of a page of a pull, one position at least."""
MOST_WAIT: Final = 25.0
"""Seconds that a pull waits for changes."""
BLOB_PIECE: Final = 256 * 1024
"""Bytes of a full piece of a blob, and the most in one request."""
MOST_BLOB_BYTES: Final = 25 * 1024 * 1024
KEPT_DAYS: Final = 7
"""For how many days a device keeps acknowledged operations, for a server that is restored from a backup."""
LONGEST_HELD: Final = timedelta(hours=72)
"""The longest time that an operation waits for those it needs."""

ANNOUNCED: Final = {
    "operations": MOST_OPERATIONS,
    "bytes": MOST_PUSH_BYTES,
    "operation_bytes": MOST_OPERATION_BYTES,
    "changes": MOST_CHANGES,
    "wait": int(MOST_WAIT),
    "blob_bytes": MOST_BLOB_BYTES,
    "blob_chunk": BLOB_PIECE,
    "kept_days": KEPT_DAYS,
    "held_hours": int(LONGEST_HELD.total_seconds()) // 3600,
}
"""The `limits` of the reply to an enrolment."""

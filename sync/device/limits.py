"""Limits and times of the sync protocol, as docs/sync.md gives them to every client."""

from __future__ import annotations

from http import HTTPStatus as Http

BATCH, BATCH_BYTES, OPERATION_BYTES = 100, 1_000_000, 16 * 1024  # sync.md's limits, with room for the envelope
PAGE, REPLY_BYTES, GZIP_FROM = 500, 32 * 1024 * 1024, 1024  # documents, bytes, bytes
BLOB_BYTES, CHUNK = 25 * 1024 * 1024, 256 * 1024
TIMEOUT, PATIENCE, RESTARTS = 30.0, 60.0, 3  # seconds of silence; longest wait sat out; detours in one call
CHALLENGES = 2  # so many attempts that are answered one after the other before the device gives up
HOUR, DAY = 3600.0, 86400.0
KEPT = 7 * DAY  # seconds for which an acknowledged operation is kept, for a server restored from a backup
OUT_OF_REACH = (0, Http.TOO_MANY_REQUESTS, Http.SERVICE_UNAVAILABLE)  # what fails one photo here would fail all
HEALS, WAIT = 2, 25  # times an hour; seconds of a long poll
LARGEST = 2**53 - 1
GROUP_NAME = 64  # characters
UNDECIDED = ("held", "quarantined")  # the final result arrives as an `operation` document
STATUSES = ("applied", "conflicted", "rejected", *UNDECIDED)
STOCK_EFFECT = {"part_used": -1, "part_scrapped": -1, "part_sent": -1, "part_received": 1, "part_removed": 1}
AUDIENCES = ("own", "shared")

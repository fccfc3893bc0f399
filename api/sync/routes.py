"""The blueprint with every verb on it."""

from __future__ import annotations

from api.sync import blobs, devices, live, pull, push, salvage, verify
from api.sync.blueprint import sync

VERBS = (blobs, devices, push, pull, live, verify, salvage)
"""Each adds its routes when it is loaded."""

__all__ = ["VERBS", "sync"]

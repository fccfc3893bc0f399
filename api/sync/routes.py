"""The blueprint with the routes of all verbs."""

from __future__ import annotations

from api.sync import blobs, devices, live, pull, push, salvage, verify
from api.sync.blueprint import sync

VERBS = (blobs, devices, push, pull, live, verify, salvage)
"""Each module adds its routes when it is imported."""

__all__ = ["VERBS", "sync"]

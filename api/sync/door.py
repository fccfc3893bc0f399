"""The blueprint with every verb on it."""

from __future__ import annotations

from api.sync import devices, pull, push
from api.sync.blueprint import sync

VERBS = (devices, push, pull)
"""Each adds its routes when it is loaded."""

__all__ = ["VERBS", "sync"]

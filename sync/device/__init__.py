"""The reference client: one technician's replica and outbox in one SQLite file, on the standard library alone."""

from .device import Device
from .errors import BadUseError, DeviceError, ErasedError, FullError, OfflineError, RefusedError
from .operation import Deed
from .sending import Synced
from .world import Reply, Stream, World, over_http

__all__ = [
    "BadUseError",
    "Deed",
    "Device",
    "DeviceError",
    "ErasedError",
    "FullError",
    "OfflineError",
    "RefusedError",
    "Reply",
    "Stream",
    "Synced",
    "World",
    "over_http",
]

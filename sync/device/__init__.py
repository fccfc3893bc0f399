"""The reference client: one technician's replica and outbox in one SQLite file, with the standard library alone."""

from .device import Device
from .errors import BadUseError, DeviceError, ErasedError, FullError, OfflineError, RefusedError
from .operation import NewOperation
from .sending import Synced
from .world import Reply, Stream, World, over_http

__all__ = [
    "BadUseError",
    "Device",
    "DeviceError",
    "ErasedError",
    "FullError",
    "NewOperation",
    "OfflineError",
    "RefusedError",
    "Reply",
    "Stream",
    "Synced",
    "World",
    "over_http",
]

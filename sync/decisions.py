"""Use cases of the office about an operation that was held or quarantined: release it, or discard it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.access.device import Device
from sync import release as operations


def release(context: CommandContext, operation: UUID, *, text_position: int | None = None) -> Changed:
    """Record the operation after all; the reply names it, with `notices` of what does not fit.

    `text_position` is needed when several wait under the id. Raises what `sync.release.release` raises.
    """
    envelope = context.request.envelope(None, context.zone)
    released = operations.release(context.log, context.work, operation, envelope, text_position)
    notices = msgspec.to_builtins(released.notices)
    return Changed(context.work.get(Device, released.device), (), {"id": operation, "notices": notices})


def discard(context: CommandContext, operation: UUID, *, reason: str, text_position: int | None = None) -> Changed:
    """Discard the operation; the reply names it. Raises what `sync.release.discard` raises."""
    device = operations.discard(context.log, context.work, operation, reason, text_position)
    return Changed(device, (), {"id": operation})

"""Devices: their state, and the commands that suspend, resume and revoke them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypedDict, cast, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Page
from api.http.services import services
from commands.access import devices as commands
from commands.running.context import CommandContext
from domain.access.device import Device
from domain.access.device_events import RevocationReason
from domain.access.device_status import DeviceStatus
from domain.kernel.instant import now
from projections.access import devices as view
from projections.access.device_activity import DeviceActivity
from projections.access.device_row import ListedDevice

devices = Noun("devices", "Technicians' devices, and whether they are trusted.")


class Live(TypedDict):
    """What a device last reported."""

    standing: str
    wipe: bool
    wiped_at: datetime | None
    app_version: str
    clock_offset_ms: int | None
    last_seen_at: datetime | None
    oldest_unsent_at: datetime | None
    pulled_through: int | None
    unsent: int | None
    outbox_age: Annotated[int | None, "Seconds since the oldest unsent operation."]


class ShownDevice(ListedDevice):
    """A device as the API shows it."""

    live: Annotated[Live | None, "What the device last reported; null for a query of the past."]


class Suspicion(Command):
    """Why the device is suspended."""

    reason = Text(500, required=True)


class Revocation(Command):
    """Why the device is revoked."""

    reason = Choice(get_args(RevocationReason), required=True)
    wipe = Flag(
        load_default=None, metadata={"description": "Whether the device must erase itself; a lost one does by default."}
    )


class Filters(Page):
    """Which devices."""

    technician = Id()
    status = Choice([status.value for status in DeviceStatus])


@devices.command("suspend", Suspicion)
def suspend(context: CommandContext, body: Body, id: UUID) -> Device:
    """Suspend the device: what it sends is quarantined for the office, and it receives nothing."""
    return commands.suspend(context.work, id, **body)


@devices.command("resume")
def resume(context: CommandContext, _: Body, id: UUID) -> Device:
    """Trust a suspended device again."""
    return commands.resume(context.work, id)


@devices.command("revoke", Revocation)
def revoke(context: CommandContext, body: Body, id: UUID) -> Device:
    """Revoke the device from its next request on; a lost one must upload its outbox and erase itself."""
    return commands.revoke(context.work, id, **body)


@devices.lists(ShownDevice, Filters)
def list_devices(query: dict[str, Any]) -> Response:
    """The devices, each with what it last reported."""
    with open_reader(query, view.Devices(), DeviceActivity()) as reader:
        rows = view.devices(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, _with_live(query, rows), key=("id",))


@devices.shows(ShownDevice)
def show_device(query: dict[str, Any], id: UUID) -> Response:
    """One device, with what it last reported."""
    with open_reader(query, view.Devices(), DeviceActivity()) as reader:
        row = view.device(reader, id)
        return item_response(reader, _with_live(query, [row])[0] if row else None, own=False)


def _with_live(query: dict[str, Any], rows: Sequence[ListedDevice]) -> list[ShownDevice]:
    past = query.get("as_of") is not None or query.get("known_at") is not None
    live = {} if past else services().device_statuses.of([row["id"] for row in rows])
    return [{**row, "live": _aged(live[row["id"]]) if row["id"] in live else None} for row in rows]


def _aged(live: dict[str, Any]) -> Live:
    oldest = live["oldest_unsent_at"]
    age = None if oldest is None else max(int((now() - oldest).total_seconds()), 0)
    return cast("Live", live | {"outbox_age": age})

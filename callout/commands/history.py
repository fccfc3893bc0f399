"""Show all events of one thing: who did what, when, and when it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

if TYPE_CHECKING:
    from callout.assembly import Application
    from domain.recording.recorded import Recorded


@click.command
@click.argument("stream")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each event.")
def command(stream: str, as_json: bool) -> None:
    """Show all events of a STREAM: its id, or the number of a part or work order.

    Times are in the company's zone, and names are shown instead of ids. With --json everything is as it is stored.
    """
    from callout.console import print_json
    from callout.serving import open_application
    from callout.settings import Settings
    from projections.lookup.names import ids_in, names_of

    settings = Settings.from_environment()
    with open_application(settings) as application:
        log = application.services.log
        rows = log.pool.fetch_all(
            "SELECT record FROM log.events WHERE stream = %s ORDER BY version", (str(_id_of(application, stream)),)
        )
        if not rows:
            raise click.ClickException(f"There are no events of {stream}; there is no such thing.")
        events = [_plain(event) for event in log.reader.read([record for (record,) in rows])]
        with application.services.views.now() as reader:
            names = {} if as_json else names_of(reader, ids_in(events))
    if as_json:
        for event in events:
            print_json(event)
        return
    for event in events:
        _show(event, names, settings.zone)


def _show(event: Mapping[str, Any], names: Mapping[UUID, str], zone: str) -> None:
    """Print an event in a few lines: when, what and who, and below that its data."""
    from callout.console import print_line
    from callout.screen import as_text, print_wrapped, width

    when, known = (as_text(event[name], names, zone) for name in ("occurred_at", "recorded_at"))
    who = as_text(event["actor"], names, zone) if event["actor"] else "the system"
    role = f" ({event['role'].replace('_', ' ')})" if event["role"] else ""
    line = f"{event['version']:>3}  {when[:16]}  {event['topic']}"
    by = f"{who}{role}" + (f" on {as_text(event['device'], names, zone)}" if event["device"] else "")
    if len(line) + len(by) + 2 > width():
        print_line(line)
        line = "    "
    print_wrapped(f"{line}  by {by}")
    later = {} if known[:16] == when[:16] else {"recorded": known[:16]}
    if text := as_text(event["data"] | later, names, zone):
        print_wrapped(f"     {text}", "     ")


def _id_of(application: Application, stream: str) -> UUID:
    try:
        return UUID(stream)
    except ValueError:
        with application.services.views.now() as reader:
            found = reader.fetch_all(
                "SELECT id FROM parts WHERE number = %(number)s UNION ALL"
                " SELECT id FROM work_orders WHERE number = %(number)s",
                {"number": stream},
            )
    if not found:
        keys = application.services.log.unique_keys
        holders = (keys.holder(kind, stream) for kind in ("part_number", "work_order_number"))
        found = [{"id": holder} for holder in holders if holder is not None]
    if len(found) != 1:
        raise click.BadParameter(f"{stream} is neither an id nor the number of one part or work order.")
    named = found[0]["id"]
    assert isinstance(named, UUID), "ids are UUIDs"
    return named


def _plain(event: Recorded) -> dict[str, Any]:
    """An event as values that JSON can hold."""
    import msgspec

    envelope = event.envelope
    return {
        "position": event.position,
        "version": event.version,
        "topic": event.topic,
        "occurred_at": envelope.occurred_at,
        "recorded_at": event.recorded_at,
        "actor": envelope.actor,
        "role": envelope.role,
        "device": envelope.device,
        "data": msgspec.to_builtins(event.data),
    }

"""Show all that happened to one thing: who did what, when, and when it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

if TYPE_CHECKING:
    from callout.assembly import House
    from store.recorded import Recorded


@click.command
@click.argument("stream")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON an event.")
def command(stream: str, as_json: bool) -> None:
    """Show all events of a STREAM: its id, or the number of a part or work order."""
    from callout.console import say_json, say_table
    from callout.serving import house
    from callout.settings import Settings

    with house(Settings.from_environment()) as built:
        log = built.services.log
        rows = log.pool.fetch_all(
            "SELECT record FROM log.events WHERE stream = %s ORDER BY version", (str(_id_of(built, stream)),)
        )
        if not rows:
            raise click.ClickException(f"Nothing has happened to {stream}; there is no such thing.")
        events = [_plain(event) for event in log.reader.read([record for (record,) in rows])]
    if as_json:
        for event in events:
            say_json(event)
        return
    heads = ("position", "version", "topic", "occurred_at", "recorded_at", "actor", "role", "device", "data")
    say_table(heads, [[event[head] for head in heads] for event in events])


def _id_of(built: House, stream: str) -> UUID:
    try:
        return UUID(stream)
    except ValueError:
        with built.services.views.now() as reader:
            found = reader.fetch_all(
                "SELECT id FROM parts WHERE number = %(number)s UNION ALL"
                " SELECT id FROM work_orders WHERE number = %(number)s",
                {"number": stream},
            )
    if len(found) != 1:
        raise click.BadParameter(f"{stream} is neither an id nor the number of one part or work order.")
    named = found[0]["id"]
    assert isinstance(named, UUID), "ids are UUIDs"
    return named


def _plain(event: Recorded) -> dict[str, Any]:
    """An event as JSON knows it."""
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

"""Say how things stand: the database, the log, the views, the devices."""

from __future__ import annotations

from typing import Any

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Say it as one line of JSON.")
def command(as_json: bool) -> int:
    """Say how things stand, changing and starting nothing; exit code 1 when the database cannot be asked."""
    from callout.console import say, say_json, say_table
    from callout.settings import Settings
    from callout.status import status_of

    found: dict[str, Any] = status_of(Settings.from_environment())
    if as_json:
        say_json(found)
    else:
        views = found.pop("views", [])
        for name, value in found.items():
            say(f"{name.replace('_', ' ')}: {', '.join(value) or 'none' if isinstance(value, list) else value}")
        say_table(("view", "position", "lag", "shape", "parked"), [tuple(view.values()) for view in views])
    return 0 if found["running"] else 1

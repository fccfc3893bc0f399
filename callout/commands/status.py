"""Show the status of the database, the log, the views and the devices."""

from __future__ import annotations

from typing import Any

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print the status as one line of JSON.")
def command(as_json: bool) -> int:
    """Show the status, changing and starting nothing; exit code 1 when the database does not answer."""
    from callout.console import print_json, print_line, print_table
    from callout.settings import Settings
    from callout.status import status_of

    found: dict[str, Any] = status_of(Settings.from_environment())
    if as_json:
        print_json(found)
    else:
        views = found.pop("views", [])
        for name, value in found.items():
            print_line(f"{name.replace('_', ' ')}: {', '.join(value) or 'none' if isinstance(value, list) else value}")
        print_table(("view", "position", "lag", "shape", "parked"), [tuple(view.values()) for view in views])
    return 0 if found["running"] else 1

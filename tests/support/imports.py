"""Runs of `callout import`, and what log and views have afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callout.assembly import Application
from callout.cli import main

Capture = pytest.CaptureFixture[str]


def imported(capture: Capture, file: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """Import a file; the report that it prints."""
    capture.readouterr()
    assert main(["import", str(file), "--json", *more]) == code
    output: dict[str, Any] = json.loads(capture.readouterr().out)
    return output


def topics(application: Application) -> list[str]:
    """The topics of all events after those that every new installation has."""
    rows = application.services.log.pool.fetch_all("SELECT topic FROM log.events WHERE position > 7 ORDER BY position")
    return [topic for (topic,) in rows]


def shelves(application: Application) -> dict[tuple[str, str], str]:
    """The quantity of each part in each location, by number and name."""
    projector = application.projector()
    while projector.run_once():
        pass
    with application.services.views.now() as reader:
        lines = reader.fetch_all(
            """
            SELECT p.number, l.name, trim_scale(s.on_hand)::text AS on_hand FROM stock s
            JOIN parts p ON p.id = s.part JOIN locations l ON l.id = s.location
            WHERE l.kind IN ('warehouse', 'van')
            """
        )
    return {(line["number"], line["name"]): line["on_hand"] for line in lines}


def places(capture: Capture, folder: Path) -> None:
    """A warehouse and a van."""
    lines = [
        {"do": "locations", "body": {"kind": kind, "name": name}}
        for kind, name in (("warehouse", "Main"), ("van", "Van 1"))
    ]
    file = folder / "places.ndjson"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    imported(capture, file)

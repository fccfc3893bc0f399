"""How results, times and tables are printed for a technician."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .json_text import Json
from .sending import Synced


def summary_of(synced: Synced) -> Iterator[str]:
    """The result of a sync, in lines."""
    yield f"Sent {len(synced.results)}, received {synced.documents} documents."
    yield from (f"{item['seq']} {explain(item)}" for item in synced.results if item["status"] != "applied")
    if synced.blobs:
        yield f"Uploaded {synced.blobs} photos or signatures."
    if synced.notice:
        yield synced.notice


def explain(result: Json) -> str:
    """A result as text: its status, its problem, its notices."""
    problems = [*(result.get("notices") or []), *([result["problem"]] if result.get("problem") else [])]
    return "; ".join([result["status"], *(str(item.get("detail") or item.get("code")) for item in problems)])


def edge(visit: Json, name: str) -> str:
    """The start or end of a visit's window in the zone of the place, else in this device's own zone."""
    local, instant = str(visit.get(f"local_{name}") or ""), str(visit.get(f"window_{name}") or "")
    if not local and not instant:
        return ""
    at = datetime.fromisoformat(local) if local else datetime.fromisoformat(instant).astimezone()
    return at.strftime("%a %d %b %H:%M")


def table(heads: str, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    """A table in lines, with columns as wide as their widest cell."""
    cells = [heads.split(), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells if rows else [["Nothing here."]]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()


def outline(name: str, value: Any, indent: str = "") -> Iterator[str]:
    """A member of a document in indented lines, without empty values."""
    if isinstance(value, dict):
        yield f"{indent}{name}:"
        for inner, item in value.items():
            yield from outline(inner, item, indent + "  ")
    elif isinstance(value, list):
        for item in value:
            yield from outline(name, item, indent)
    elif value is not None and value != "":
        yield f"{indent}{name}: {value}"

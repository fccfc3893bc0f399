"""Every reply that a reading route gives, held against the shape that the description of the API promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from projections.engine.fact_pages import ORDER_LISTS, VISIT_LISTS
from tests.support.schema_check import complaints

Ask = Callable[[str], dict[str, Any]]
"""Reads a path under `/api/v1`; the JSON object that it shows."""

LISTS_OF: Final = {"/work-orders/{id}/facts": ORDER_LISTS, "/visits/{id}/facts": VISIT_LISTS}
WORDS: Final = {"/search": "?q=p"}
NO_ROWS: Final = {"/operations/{id}/signed"}
"""What a device has signed is no row: it is there as long as its text is."""
MOST: Final = 20
"""So many things of a list are read one by one."""


def misfits(description: dict[str, Any], ask: Ask, seen: set[str]) -> Iterator[str]:
    """What does not fit in the replies of all lists and all things in them; `seen` gets the routes that showed some."""
    routes = {
        path.removeprefix("/api/v1"): _schema(methods["get"])
        for path, methods in description["paths"].items()
        if path.startswith("/api/v1/") and "get" in methods and _schema(methods["get"])
    }
    for path in [path for path in routes if "{" not in path]:
        page = ask(f"{path}{WORDS.get(path, '')}")
        yield from complaints(page, routes[path], path)
        items = page.get("items", [])
        seen |= {path} if items or "items" not in page else set()
        for below in [other for other in routes if other.startswith(f"{path}/{{") and other not in NO_ROWS]:
            for item in items[:MOST]:
                for asked in _addresses(below, item):
                    reply = ask(asked)
                    seen |= {below} if reply.get("items", reply) else set()
                    yield from complaints(reply, routes[below], asked)


def _addresses(path: str, item: dict[str, Any]) -> Iterator[str]:
    """Where a thing of a list is read by itself."""
    known = item | {"id": item.get("id", item.get("operation"))}
    address = path.format(**known)
    if path == "/operations/{id}":
        address += f"?text_position={item['text_position']}"
    if path not in LISTS_OF:
        yield address
    for name in LISTS_OF.get(path, ()):
        yield f"{address}?list={name}"


def _schema(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation["responses"].get("200", {}).get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema

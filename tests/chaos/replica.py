"""The documents of a lean device, stored page by page."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Documents = dict[tuple[str, str], Json]


class Replica:
    """The documents in memory, with the cursor that belongs to them; for one thread."""

    def __init__(self) -> None:
        self.documents: Documents = {}
        self.cursor: str | None = None
        self.through = 0
        self.backwards: list[str] = []

    def store(self, asked: str | None, page: Json) -> bool:
        """Store a page that was asked for with this cursor; whether there is more."""
        if asked != self.cursor:
            return True
        if page["through"] < self.through:
            self.backwards.append(f"a page went back from {self.through} to {page['through']}")
        for change in page["changes"]:
            name = change["type"], change["id"]
            if "gone" in change:
                self.documents.pop(name, None)
            else:
                self.documents[name] = change["body"]
        self.cursor, self.through = page["cursor"], page["through"]
        return bool(page["more"])


def documents_of(changes: list[Json]) -> Documents:
    """The bodies of a first download by type and id."""
    return {(change["type"], change["id"]): change["body"] for change in changes if "body" in change}

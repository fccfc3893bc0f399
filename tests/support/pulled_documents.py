"""The documents that a device has after a pull, page by page, of those that a projected log keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from projections.documents.page import Page, page
from tests.support.projected_log import ProjectedLog


class Phone:
    """A replica of one technician's slice."""

    def __init__(self, projected: ProjectedLog, technician: UUID) -> None:
        self.technician = technician
        self.documents: dict[tuple[str, str], dict[str, Any]] = {}
        self.cursor = 0
        self._projected = projected

    def pull(self, limit: int = 500) -> list[dict[str, Any]]:
        """Pull until there is no more; every change that came."""
        changes: list[dict[str, Any]] = []
        while rows := self.page(limit).rows:
            changes += [orjson.loads(row["entry"]) for row in rows]
            self.cursor = rows[-1]["position"]
        for change in changes:
            name = change["type"], change["id"]
            if "gone" in change:
                self.documents.pop(name, None)
            else:
                self.documents[name] = change["body"]
        return changes

    def has(self, kind: str) -> dict[str, dict[str, Any]]:
        """The bodies of one type by id."""
        return {id: body for (type_, id), body in self.documents.items() if type_ == kind}

    def page(self, limit: int = 500) -> Page:
        """The next page, which is not stored."""
        with self._projected.seen() as reader:
            return page(reader, self.technician, after=self.cursor, limit=limit, first=self.cursor == 0)


def summary(changes: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    """Changes in short: type, id and, where it is gone, why."""
    return [(change["type"], change["id"], change.get("gone")) for change in changes]

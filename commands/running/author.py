"""The author of a command: a user of the office."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Author(NamedTuple):
    """The id and roles of the author, and `role`, the one of them that permits this command.

    In an import `id` may be the person who did it; the roles are then those of the user `imported_by`.
    """

    id: UUID
    roles: tuple[str, ...]
    role: str
    imported_by: UUID | None = None

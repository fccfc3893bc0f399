"""The stored form of a document: its body, the body's hash, and the entry that pull sends, with its audience."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
from uuid import UUID

import orjson

from projections.documents.table import SHARED
from projections.engine.table import Row
from store.canonical import encode

Body: TypeAlias = dict[str, Any]
Why: TypeAlias = Literal["reassigned", "closed", "erased", "van_handed_over"]


class Entry(TypedDict):
    """A document as pull sends it; what everybody has is `shared`. The `hash` is that of the body."""

    type: str
    id: str
    position: int
    hash: str
    body: Body
    shared: NotRequired[bool]


class Tombstone(TypedDict):
    """What pull sends of a document that the technician no longer has; `status` is the one in which it ended."""

    type: str
    id: str
    position: int
    gone: Why
    status: NotRequired[str]
    shared: NotRequired[bool]


def written(audience: UUID, kind: str, id: str, position: int, body: Body) -> Row:
    """The row of a document with this body."""
    text = encode(body)
    digest = sha256(text).hexdigest()
    head = {"type": kind, "id": id, "position": position, "hash": digest}
    return _row(audience, head, head | {"body": orjson.Fragment(text)}, gone=None)


def tombstone(audience: UUID, kind: str, id: str, position: int, why: Why, *, status: str | None = None) -> Row:
    """The tombstone of a document that the technician no longer has; of its content only the final status is left."""
    head = {"type": kind, "id": id, "position": position, "hash": None}
    ended = {} if status is None else {"status": status}
    return _row(audience, head, {"type": kind, "id": id, "position": position, "gone": why, **ended}, gone=why)


def _row(audience: UUID, head: Row, entry: Row, gone: Why | None) -> Row:
    text = encode(entry | {"shared": True} if audience == SHARED else entry)
    return {"audience": audience, "gone": gone, **head, "size": len(text), "entry": text.decode()}

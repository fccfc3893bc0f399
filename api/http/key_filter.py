"""Filters by a number or another unique key, which is found in any spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.services import services
from domain.kernel.keys import KeyKind


def holder_of(query: Mapping[str, Any], name: str, kind: KeyKind) -> UUID | None:
    """The id of what has the key in the query's member `name`; None when the query does not have that member."""
    text = query.get(name)
    return None if text is None else services().log.unique_keys.holder(kind, text)

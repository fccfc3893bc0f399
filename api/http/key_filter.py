"""Lists that are asked for a number or another key of people's: the thing is found however the key is spelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.services import services
from domain.kernel.keys import KeyKind


def holder_of(query: Mapping[str, Any], name: str, kind: KeyKind) -> UUID | None:
    """What has the key of this kind that stands in the member `name` of a query; None where none is asked for."""
    text = query.get(name)
    return None if text is None else services().log.unique_keys.holder(kind, text)

"""The result of a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.kernel.aggregate import Entity


class Changed(NamedTuple):
    """The entity that a reply names with its version, others that changed with it, further members of the reply."""

    entity: Entity
    others: Iterable[Entity] = ()
    members: Mapping[str, Any] = MappingProxyType({})

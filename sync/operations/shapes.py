"""What the shapes of operations share; unknown members are ignored, missing or wrong ones quarantine the operation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

Words = Annotated[str, msgspec.Meta(max_length=8000)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Data(msgspec.Struct, kw_only=True):
    """The base of all shapes."""


class OfOrder(Data, kw_only=True):
    """Something about a work order."""

    work_order: UUID


class FactCorrected(Data, kw_only=True):
    """An own earlier operation that is corrected."""

    operation: UUID
    reason: Words | None = None

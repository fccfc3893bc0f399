"""The shape of the document of an operation."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from projections.engine.shapes import Id


class Notice(TypedDict):
    """Something that does not fit: a code, a sentence without personal words, and what it concerns, by name."""

    code: str
    detail: str
    refs: dict[str, str]


class Reason(TypedDict):
    """Why an operation was refused, or waits: a URI whose last part is the code, and a sentence."""

    type: str
    detail: str


class OperationDocument(TypedDict):
    """The result of an operation as it stands now; one with a longer id says which operation it is about."""

    status: str
    notices: list[Notice]
    problem: NotRequired[Reason]
    positions: list[int]
    operation: NotRequired[Id]
    device: NotRequired[Id]
    incarnation: NotRequired[int | None]
    seq: NotRequired[int]

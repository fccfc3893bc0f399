"""Operations of a device that were quarantined, held or refused: what is recorded with them, and which still wait."""

from typing import Required, TypedDict
from uuid import UUID

import msgspec

SALVAGED = "salvaged"
"""The reason for quarantine of an operation that was handed in by a revoked device."""


class Ref(msgspec.Struct, frozen=True):
    """What a misfit concerns: a kind of thing and its id, or a field's name."""

    name: str
    id: str


class Misfit(msgspec.Struct, frozen=True):
    """Something that does not fit: a code, a sentence without personal words, and what it concerns."""

    code: str
    detail: str
    refs: tuple[Ref, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """An operation whose text is kept until somebody decides: its id, and the version of the event with the text.

    Several operations may have one id; the version, within the stream of the device, distinguishes them.
    """

    operation: UUID
    version: int


def without(waiting: tuple[Kept, ...], operation: UUID, text_version: int | None) -> tuple[Kept, ...]:
    """Those that still wait when the text at this version does not; without a version, all under the id do not."""
    if text_version is None:
        return tuple(kept for kept in waiting if kept.operation != operation)
    return tuple(kept for kept in waiting if kept.version != text_version)


class Quarantining(TypedDict, total=False):
    """An operation that was not understood or not trusted.

    `reason` is a code, `detail` a sentence without personal words, `body` the operation's untouched text, `refs` the
    ids found in it. `encoding` of the body is utf-8 or, for bytes that are no UTF-8, base64. `contested` is set when
    its id belongs to another operation. `text_version` is the version of the held text that this one replaces.
    `technician` is who had the device then, by default who has it now.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    reason: Required[str]
    detail: Required[str]
    body: Required[str]
    refs: tuple[UUID, ...]
    encoding: str
    contested: bool
    text_version: int | None
    technician: UUID


class Holding(TypedDict):
    """An operation that waits for those that it `needs`; those with its `group` wait with it.

    `body` is the operation's untouched text, `refs` the ids found in it.
    """

    operation: UUID
    seq: int
    type: str
    needs: tuple[UUID, ...]
    group: str | None
    refs: tuple[UUID, ...]
    body: str


class Rejection(TypedDict, total=False):
    """A request that was refused: `problem` is the code, `detail` the reason given, `refs` what it concerned.

    `text_version` is the version of its text, when it was held before. `technician` is who had the device
    then, by default who has it now.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    problem: Required[str]
    detail: Required[str]
    refs: tuple[UUID, ...]
    text_version: int | None
    technician: UUID

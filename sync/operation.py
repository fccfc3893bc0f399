"""One operation as a device made it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.instant import parse_instant
from domain.problem import BadInput

MOST_OPERATION_BYTES = 16 * 1024
_UUID_LENGTH = 36

_Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation: what it is called, when it happened by the device's clock, and what it says.

    `text` is the operation untouched; `fault` says why it cannot be understood, if so. `data` is typed by the
    operation's type, later. `content_hash` tells this operation from another one under its id, and is what its device
    signs: SHA-256 over the canonical JSON (RFC 8785) of everything but its place in a queue and the signature, in hex.
    """

    id: UUID
    seq: int
    text: str
    content_hash: str
    type: str = ""
    v: int = 1
    at: datetime | None = None
    seen: int | None = None
    group: str | None = None
    needs: tuple[UUID, ...] = ()
    data: Any = None
    signature: str | None = None
    fault: str | None = None

    def references(self) -> set[UUID]:
        """Every id that the operation's data names, at any depth."""
        found: set[UUID] = set()
        waiting = [self.data]
        for value in waiting:
            if isinstance(value, str):
                if len(value) == _UUID_LENGTH:
                    with suppress(msgspec.ValidationError):
                        found.add(msgspec.convert(value, UUID))
            elif isinstance(value, dict):
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
        return found


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    seq: _Seq
    type: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
    at: str
    data: dict[str, Any]
    v: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] = 1
    seen: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    group: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    needs: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=100)] = ()
    signature: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class _Identity(msgspec.Struct, frozen=True):
    id: UUID
    seq: _Seq


_told = msgspec.json.Decoder(_Told).decode
_identity = msgspec.json.Decoder(_Identity).decode


def without_values(error: Exception) -> str:
    """What a decoder says, without the value that it quotes: that may be anybody's words, and this is kept for ever."""
    return re.sub("^(Invalid enum value) .*(?= - at `)", r"\1", str(error), flags=re.DOTALL)


def parse_operation(raw: bytes) -> Operation:
    """The operation that `raw` holds; raises `msgspec.MsgspecError` when it has no id and sequence number."""
    text = raw.decode()
    content_hash, fault = _content(raw)
    try:
        told = _told(raw)
        at = parse_instant(told.at)
    except (msgspec.MsgspecError, BadInput) as error:
        identity = _identity(raw)
        fault = fault or without_values(error)
        return Operation(id=identity.id, seq=identity.seq, text=text, content_hash=content_hash, fault=fault)
    if len(raw) > MOST_OPERATION_BYTES:
        fault = f"It has more than {MOST_OPERATION_BYTES} bytes."
    return Operation(
        id=told.id,
        seq=told.seq,
        text=text,
        content_hash=content_hash,
        type=told.type,
        v=told.v,
        at=at,
        seen=told.seen,
        group=told.group,
        needs=told.needs,
        data=told.data,
        signature=told.signature,
        fault=fault,
    )


def _content(raw: bytes) -> tuple[str, str | None]:
    """The hash of an operation's content, and why it has no canonical form, if so: its bytes stand in for that then."""
    try:
        content = msgspec.json.decode(raw, type=dict[str, Any])
        for outside in ("seq", "signature"):
            content.pop(outside, None)
        return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest(), None
    except (OverflowError, RecursionError, msgspec.MsgspecError):
        return sha256(raw).hexdigest(), "It has no canonical form."

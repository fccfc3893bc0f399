"""One operation as a device made it, parsed from its bytes."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from domain.access.device_limits import MOST_OPERATION_BYTES
from domain.kernel.characters import may_be_unfit, unfit_place
from domain.kernel.instant import parse_instant
from domain.kernel.problem import BadInput
from sync.splitting import members_of

UNFIT_TEXT: Final = "It holds a control character or half of a surrogate pair."
_UUID_LENGTHS = (32, 36)
_SIGNATURE = re.compile("[A-Za-z0-9_-]*=*")

_Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation: its id and number, its type, when it happened by the device's clock, and its data.

    `text` is the unchanged operation (`encoding` utf-8) or, when its bytes are no UTF-8, their base64. `fault` is the
    reason why it cannot be understood, or None. `data` gets its shape from the operation's type, later.
    `content_hash` distinguishes this operation from another one under its id, and is what its device signs: SHA-256
    over the canonical JSON (RFC 8785) of everything but `seq` and `signature`, in hex.
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
    encoding: str = "utf-8"

    def without_content(self) -> Operation:
        """The same without data and needs, to be quarantined with the others of its group."""
        return msgspec.structs.replace(self, data=None, needs=())

    def references(self) -> set[UUID]:
        """Every id in the operation's data, at any depth."""
        found: set[UUID] = set()
        waiting = [self.data]
        for value in waiting:
            if isinstance(value, str):
                if len(value) in _UUID_LENGTHS:
                    with suppress(msgspec.ValidationError):
                        found.add(msgspec.convert(value, UUID))
            elif isinstance(value, dict):
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
        return found


class _Members(msgspec.Struct, frozen=True, kw_only=True):
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


_decode_members = msgspec.json.Decoder(_Members).decode
_decode_identity = msgspec.json.Decoder(_Identity).decode


def without_values(error: Exception) -> str:
    """A decoder's message without the value that it quotes, which may be personal: the message is kept for ever."""
    return re.sub("^(Invalid enum value) .*(?= - at `)", r"\1", str(error), flags=re.DOTALL)


def parse_operation(raw: bytes) -> Operation:
    """The operation that `raw` holds; one that cannot be understood has a `fault`.

    One that is too large has no `data` and no `needs`: nothing that it references is looked up. Raises
    `msgspec.MsgspecError` when it has no id and sequence number.
    """
    text, encoding = _text_of(raw)
    content_hash, fault = _content(raw)
    try:
        members = _decode_members(raw)
        at = parse_instant(members.at)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadInput) as error:
        identity = _identified(raw)
        return Operation(
            id=identity.id,
            seq=identity.seq,
            text=text,
            encoding=encoding,
            content_hash=content_hash,
            fault=fault or without_values(error),
        )
    if large := len(raw) > MOST_OPERATION_BYTES:
        fault = f"It has more than {MOST_OPERATION_BYTES} bytes."
    return Operation(
        id=members.id,
        seq=members.seq,
        text=text,
        encoding=encoding,
        content_hash=content_hash,
        type=members.type,
        v=members.v,
        at=at,
        seen=members.seen,
        group=members.group or None,
        needs=() if large else members.needs,
        data=None if large else members.data,
        signature=members.signature if _SIGNATURE.fullmatch(members.signature or "") else None,
        fault=fault,
    )


def raw_of(text: str, encoding: str) -> bytes:
    """The bytes of an operation exactly as they arrived, from its text and encoding."""
    return b64decode(text) if encoding == "base64" else text.encode()


def _text_of(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return b64encode(raw).decode(), "base64"


def _identified(raw: bytes) -> _Identity:
    """The id and number of an operation, also when the rest of it is no JSON; raises `msgspec.MsgspecError`."""
    try:
        return _decode_identity(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        parts = members_of(raw)
        if parts is None or not {"id", "seq"} <= parts.keys():
            raise
        return _decode_identity(b'{"id":' + parts["id"] + b',"seq":' + parts["seq"] + b"}")


def _content(raw: bytes) -> tuple[str, str | None]:
    """The hash of an operation's content, and its fault or None; without a canonical form its bytes are hashed."""
    try:
        content = msgspec.json.decode(raw, type=dict[str, Any])
        fault = UNFIT_TEXT if may_be_unfit(raw) and unfit_place(content) is not None else None
        for outside in ("seq", "signature"):
            content.pop(outside, None)
        return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest(), fault
    except UnicodeDecodeError:
        return sha256(raw).hexdigest(), "It is not written in UTF-8."
    except (OverflowError, RecursionError, msgspec.MsgspecError):
        return sha256(raw).hexdigest(), "It has no canonical form."

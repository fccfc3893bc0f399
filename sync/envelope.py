"""The envelope of a push: its limits, decoding and form, checked before any operation is decided."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
import zstandard

from domain.access.device_limits import MOST_CHANGES, MOST_OPERATION_BYTES, MOST_OPERATIONS, MOST_PUSH_BYTES
from domain.kernel.characters import FIT_PATTERN
from domain.kernel.instant import parse_instant
from domain.kernel.problem import BadInput
from sync.clock import AT_ONCE, clock_of
from sync.operation import Operation, parse_operation
from sync.problems import BatchTooLarge, EncodingUnsupported, MalformedEnvelope, malformed_member
from sync.splitting import elements_of, members_of

T = TypeVar("T")


class PullRequest(msgspec.Struct, frozen=True):
    """The pull that a push may ask for in the same round trip."""

    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_CHANGES)] = 500


class Missing(msgspec.Struct, frozen=True):
    """Sequence numbers that the device no longer has: the first and the last of them."""

    from_: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] = msgspec.field(name="from")
    through: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Outbox(msgspec.Struct, frozen=True):
    """The device's outbox when it sent: how many operations, and when the oldest happened."""

    count: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    oldest: str | None = None


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A push: operations in the order of their sequence numbers, and the device's clock when it began to send.

    `took` is the time between the first and the last byte of the request.
    """

    incarnation: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    now: datetime
    operations: tuple[Operation, ...] = ()
    epoch: UUID | None = None
    pull: PullRequest | None = None
    missing: Missing | None = None
    outbox: Outbox | None = None
    app_version: str | None = None
    took: timedelta = AT_ONCE

    def oldest(self, received_at: datetime) -> datetime | None:
        """When the oldest operation in the outbox happened, by the server's clock; None where that is not known."""
        if self.outbox is None or self.outbox.oldest is None:
            return None
        try:
            return clock_of(self.now, received_at, self.took)(parse_instant(self.outbox.oldest))
        except BadInput:  # it is only shown to the office
            return None

    def last_seen(self) -> int | None:
        """The highest `seen` of the operations, None without any."""
        return max((operation.seen for operation in self.operations if operation.seen is not None), default=None)


class _Push(msgspec.Struct, frozen=True, kw_only=True):
    incarnation: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    now: str
    operations: tuple[msgspec.Raw, ...] = ()
    epoch: UUID | None = None
    pull: PullRequest | None = None
    missing: Missing | None = None
    outbox: Outbox | None = None
    app_version: Annotated[str, msgspec.Meta(max_length=200, pattern=FIT_PATTERN)] | None = None


_decode = msgspec.json.Decoder(_Push).decode


def parse_push(body: bytes, encoding: str | None = None, took: timedelta = AT_ONCE) -> Push:
    """The push in a body; `took` is the time between its first and its last byte.

    Raises `EncodingUnsupported`, `BatchTooLarge` (more than 100 operations, 1 MiB decoded or 16 KiB an operation)
    or `MalformedEnvelope` with a JSON pointer. Unknown members are ignored. An operation that has an id and
    a sequence number never makes the envelope malformed, whatever else is wrong with it: it gets a `fault`.
    """
    raw = _envelope(decompressed(body, encoding))
    if len(raw.operations) > MOST_OPERATIONS:
        raise BatchTooLarge(f"A push holds at most {MOST_OPERATIONS} operations.", limit=MOST_OPERATIONS)
    if len(raw.operations) > 1 and any(len(bytes(one)) > MOST_OPERATION_BYTES for one in raw.operations):
        raise BatchTooLarge(f"An operation has at most {MOST_OPERATION_BYTES} bytes.", limit=MOST_OPERATION_BYTES)
    operations = []
    for number, one in enumerate(raw.operations):
        try:
            operations.append(parse_operation(bytes(one)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise malformed(str(error), f"/operations/{number}") from None
    sequence = [operation.seq for operation in operations]
    if any(after <= before for before, after in pairwise(sequence)):
        summary = "Operations come in the order of their sequence numbers, each once."
        raise malformed_member("/operations", "not in ascending order", summary)
    try:
        now = parse_instant(raw.now, pointer="/now")
    except BadInput as problem:
        raise MalformedEnvelope(problem.detail, errors=problem.errors) from None
    return Push(
        incarnation=raw.incarnation,
        now=now,
        operations=tuple(operations),
        epoch=raw.epoch,
        pull=raw.pull,
        missing=raw.missing,
        outbox=raw.outbox,
        app_version=raw.app_version,
        took=took,
    )


def _envelope(text: bytes) -> _Push:
    """The envelope with its operations as raw bytes: what is wrong inside an operation does not spoil it."""
    try:
        return decoded(text, _decode)
    except MalformedEnvelope:
        members = members_of(text)
        operations = elements_of((members or {}).pop("operations", b""))
        if members is None or operations is None:
            raise
        outside = b",".join(msgspec.json.encode(name) + b":" + value for name, value in members.items())
        return msgspec.structs.replace(
            decoded(b"{" + outside + b"}", _decode), operations=tuple(map(msgspec.Raw, operations))
        )


def decoded(text: bytes, decode: Callable[[bytes], T]) -> T:
    """The body as `decode` returns it; raises `MalformedEnvelope` with a JSON pointer."""
    try:
        return decode(text)
    except msgspec.MsgspecError as error:
        raise malformed(str(error)) from None
    except (RecursionError, UnicodeDecodeError):
        raise MalformedEnvelope("The body is not JSON that can be read.") from None


def decompressed(body: bytes, encoding: str | None) -> bytes:
    """The decompressed body, at most 1 MiB; raises `EncodingUnsupported`, `MalformedEnvelope` or `BatchTooLarge`."""
    try:
        if encoding in (None, "", "identity"):
            text = body
        elif encoding in ("gzip", "x-gzip"):
            decompressor = zlib.decompressobj(wbits=31)
            text = decompressor.decompress(body, MOST_PUSH_BYTES + 1)
            if len(text) <= MOST_PUSH_BYTES and not decompressor.eof:
                raise MalformedEnvelope("The compressed body is cut off.")
        elif encoding == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(body) as reader:
                text = reader.read(MOST_PUSH_BYTES + 1)
        else:
            raise EncodingUnsupported
    except (zlib.error, zstandard.ZstdError):
        raise MalformedEnvelope("The compressed body cannot be read.") from None
    if len(text) > MOST_PUSH_BYTES:
        raise BatchTooLarge(f"A push holds at most {MOST_PUSH_BYTES} bytes.", limit=MOST_PUSH_BYTES)
    return text


def malformed(message: str, under: str = "") -> MalformedEnvelope:
    """The problem for a decoder's message, its path turned into a JSON pointer that begins with `under`."""
    detail, _, path = message.partition(" - at `$")
    pointer = under + re.sub(r"\[(\d+|\.\.\.)\]|\.", lambda step: "/" + (step[1] or ""), path.rstrip("`"))
    return malformed_member(pointer, detail)

"""The envelope of a push as it comes in: bounded, decoded, and checked for form before any operation is looked at."""

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
from sync.problems import BatchTooLarge, EncodingUnsupported, MalformedEnvelope
from sync.splitting import elements_of, members_of

T = TypeVar("T")


class PullAsked(msgspec.Struct, frozen=True):
    """The pull that a push may ask for in the same round trip."""

    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_CHANGES)] = 500


class Missing(msgspec.Struct, frozen=True):
    """Numbers that the device no longer has: the first and the last of them."""

    from_: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] = msgspec.field(name="from")
    through: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Outbox(msgspec.Struct, frozen=True):
    """What waited in the device when it sent: how many operations, and when the oldest happened."""

    count: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    oldest: str | None = None


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A push: operations in the order of their sequence numbers, and the device's clock when it began to send.

    `took` is how long the request was on its way in, from its first byte here to its last.
    """

    incarnation: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    now: datetime
    operations: tuple[Operation, ...] = ()
    epoch: UUID | None = None
    pull: PullAsked | None = None
    missing: Missing | None = None
    outbox: Outbox | None = None
    app_version: str | None = None
    took: timedelta = AT_ONCE

    def oldest(self, received_at: datetime) -> datetime | None:
        """When the oldest operation that waited in the device happened, by our clock."""
        if self.outbox is None or self.outbox.oldest is None:
            return None
        try:
            return clock_of(self.now, received_at, self.took)(parse_instant(self.outbox.oldest))
        except BadInput:  # it is only shown to the office
            return None

    def last_seen(self) -> int | None:
        """The last position that one of the operations says its author had read."""
        return max((operation.seen for operation in self.operations if operation.seen is not None), default=None)


class _Push(msgspec.Struct, frozen=True, kw_only=True):
    incarnation: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    now: str
    operations: tuple[msgspec.Raw, ...] = ()
    epoch: UUID | None = None
    pull: PullAsked | None = None
    missing: Missing | None = None
    outbox: Outbox | None = None
    app_version: Annotated[str, msgspec.Meta(max_length=200, pattern=FIT_PATTERN)] | None = None


_decode = msgspec.json.Decoder(_Push).decode


def parse_push(body: bytes, encoding: str | None = None, took: timedelta = AT_ONCE) -> Push:
    """The push that a body holds, which `took` so long to come.

    Raises `EncodingUnsupported`, `BatchTooLarge` (more than 100 operations, 1 MiB decoded or 16 KiB an operation)
    or `MalformedEnvelope` with a JSON pointer. Unknown members are ignored. An operation that can be told by its id
    and sequence number never makes the envelope malformed, whatever else is wrong with it: it has a `fault`.
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
        raise MalformedEnvelope(
            "Operations come in the order of their sequence numbers, each once.",
            errors=[{"pointer": "/operations", "detail": "not in ascending order"}],
        )
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
    """The envelope around operations that nobody has looked at: what they hold decides nothing about it."""
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
    """What a body holds in the shape that `decode` asks for; raises `MalformedEnvelope` with a JSON pointer."""
    try:
        return decode(text)
    except msgspec.MsgspecError as error:
        raise malformed(str(error)) from None
    except (RecursionError, UnicodeDecodeError):
        raise MalformedEnvelope("The body is not JSON that can be read.") from None


def decompressed(body: bytes, encoding: str | None) -> bytes:
    """The decoded body, never more than 1 MiB of it."""
    try:
        if encoding in (None, "", "identity"):
            text = body
        elif encoding in ("gzip", "x-gzip"):
            machine = zlib.decompressobj(wbits=31)
            text = machine.decompress(body, MOST_PUSH_BYTES + 1)
            if len(text) <= MOST_PUSH_BYTES and not machine.eof:
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
    """The problem for a decoder's message, with the place in the document as a JSON pointer."""
    detail, _, path = message.partition(" - at `$")
    pointer = under + re.sub(r"\[(\d+|\.\.\.)\]|\.", lambda step: "/" + (step[1] or ""), path.rstrip("`"))
    return MalformedEnvelope(detail, errors=[{"pointer": pointer, "detail": detail}])

"""What can be wrong with the envelope of a device's request; operations have results instead."""

from __future__ import annotations

from domain.problem import Kind, Problem


class MalformedEnvelope(Problem):
    """The request does not have the form of the sync protocol."""

    kind = Kind.INVALID


class SequenceGap(Problem):
    """Operations are missing before this one: send from `expected` on."""

    kind = Kind.CONFLICT


class DeviceForked(Problem):
    """Another operation has this sequence number: the device was copied or restored and must enrol again."""

    kind = Kind.CONFLICT


class CursorExpired(Problem):
    """The cursor is too old or not one of this device's: pull without a cursor."""

    kind = Kind.GONE


class BatchTooLarge(Problem):
    """The push is too large: send half of it."""

    kind = Kind.TOO_LARGE


class EncodingUnsupported(Problem):
    """The content encoding is not understood: send it plain, or with gzip or zstd."""

    kind = Kind.UNSUPPORTED


class NotUnderstood(Problem):
    """The operation is not understood; the office decides."""

    kind = Kind.UNPROCESSABLE


class UnknownReference(Problem):
    """The operation names something that does not exist."""

    kind = Kind.UNPROCESSABLE

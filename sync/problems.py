"""Problems of the requests of devices, and of their operations, which are part of results."""

from __future__ import annotations

from domain.kernel.problem import Kind, Problem, Refused


class MalformedEnvelope(Problem):
    """The request does not have the form of the sync protocol."""

    kind = Kind.INVALID


def malformed_member(pointer: str, detail: str, summary: str | None = None) -> MalformedEnvelope:
    """The problem of one member: `pointer` is the JSON pointer to it, `summary` the detail of the whole problem."""
    return MalformedEnvelope.of_member(pointer, detail, summary=summary)


class SequenceGap(Problem):
    """Operations are missing before this one: send from `expected` on."""

    kind = Kind.CONFLICT


class DeviceForked(Problem):
    """Another operation has this sequence number: the device was copied or restored and must enrol again."""

    kind = Kind.CONFLICT


class EpochChanged(Problem):
    """The log was restored from a backup: send again from `resend_from` on, and pull without a cursor."""

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


class GroupRefused(Refused):
    """Another request of the same group was refused, so all of them are."""


class NeedsMissing(Refused):
    """What this request needs had not arrived within 72 hours."""


class NotUnderstood(Problem):
    """The operation is not understood; the office decides."""

    kind = Kind.UNPROCESSABLE


class GroupQuarantined(NotUnderstood):
    """Another operation of the same group is not understood, so its requests wait for the office together."""


class SignatureInvalid(NotUnderstood):
    """The operation is not signed by its device; the office decides."""


class Salvaged(NotUnderstood):
    """The operation was sent by a device that the office had revoked; the office decides."""


class TooManyHeld(NotUnderstood):
    """Too many operations of this device wait for others, so the office decides about this one."""


class CannotBeRecorded(NotUnderstood):
    """The operation waited for others and could not be recorded when they had arrived; the office decides."""


class WipeNotRequested(Problem):
    """The office has not asked this device to erase itself; nothing is recorded, and its tokens stay valid."""

    kind = Kind.CONFLICT
    code = "not-told-to-wipe"


class QuotaReached(Problem):
    """Too many operations of this device wait for the office: keep the rest and send it when the office has decided."""

    kind = Kind.RATE_LIMITED


class Unrecordable(NotUnderstood):
    """The content of the operation cannot be recorded, or its id belongs to something else; the office decides."""


class UnknownReference(Problem):
    """The operation names something that does not exist."""

    kind = Kind.UNPROCESSABLE

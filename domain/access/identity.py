"""The identity of a device according to its token, and the problems of tokens."""

from __future__ import annotations

from typing import Literal, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem

Status = Literal["active", "suspended", "revoked"]


class DeviceIdentity(NamedTuple):
    """The device that an access token was issued to. A suspended device may push and not pull.

    `public_key` is its Ed25519 key in base64url, `None` for one that signs nothing. `reported_lately` is whether its
    report about itself was stored within the last 30 seconds, `seen_lately` whether its last call was; then neither
    has to be stored again. `unsent` is the number of operations in its outbox, as last reported.
    """

    device: UUID
    incarnation: int
    technician: UUID
    status: Status
    wipe: bool
    app_version: str = ""
    public_key: str | None = None
    reported_lately: bool = False
    unsent: int | None = None
    seen_lately: bool = False


class Keyholder(NamedTuple):
    """A device that can prove with its key who it is; `issued` counts the pairs of tokens that it has been given."""

    device: UUID
    incarnation: int
    technician: UUID
    public_key: str
    issued: int


class TokenExpired(Problem):
    """The token has expired or was never good; refresh it, or enrol again."""

    kind = Kind.UNAUTHENTICATED


class TokenReused(Problem):
    """The refresh token was used before, so it is not certain who holds it; enrol again."""

    kind = Kind.UNAUTHENTICATED


class ProofRequired(Problem):
    """The device has a key: send `device_id` and a `proof` made with it."""

    kind = Kind.UNAUTHENTICATED


class DeviceRevoked(Problem):
    """The office has revoked this device."""

    kind = Kind.FORBIDDEN

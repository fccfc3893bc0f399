"""Who a device is, as its token says, and why a token can be refused."""

from __future__ import annotations

from typing import Literal, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem

Standing = Literal["active", "suspended", "revoked"]


class DeviceIdentity(NamedTuple):
    """Who an access token speaks for. A suspended device may push and not pull.

    `public_key` is its Ed25519 key in base64url, `None` for one that signs nothing. `told_lately` says that there is no
    need to write down again what it tells of itself, `unsent` how many operations it said that it holds, `seen_lately`
    that there is no need to write down that it was here.
    """

    device: UUID
    incarnation: int
    technician: UUID
    standing: Standing
    wipe: bool
    app_version: str = ""
    public_key: str | None = None
    told_lately: bool = False
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
    """The refresh token was used before, so nobody can tell who holds it; enrol again."""

    kind = Kind.UNAUTHENTICATED


class ProofRequired(Problem):
    """The device has a key: send `device_id` and a `proof` made with it."""

    kind = Kind.UNAUTHENTICATED


class DeviceRevoked(Problem):
    """The office has revoked this device."""

    kind = Kind.FORBIDDEN

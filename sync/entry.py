"""The bodies of enrolment and refresh: a code or a refresh token, with a proof."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.access.identity import Keyholder
from domain.kernel.characters import FIT_PATTERN
from domain.kernel.problem import Kind, Problem
from sync.envelope import decoded
from sync.signature import check_key, proves

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=FIT_PATTERN)]


class EnrolmentRequest(msgspec.Struct, frozen=True):
    """The body of an enrolment: the code and the installation."""

    code: Name
    install_id: Name
    name: Name = "device"
    platform: Name = "unknown"
    app_version: Name = "0"
    public_key: Name | None = None
    proof: Name | None = None
    challenge: Name | None = None

    def is_proven(self) -> bool:
        """Whether the proof was made with `public_key`; raises `BadInput` for a text that is no key."""
        if self.public_key is None:
            return False
        check_key(self.public_key, pointer="/public_key")
        lines = ("callout enrolment", self.code, self.install_id, *_challenge_lines(self.challenge))
        return proves(self.public_key, self.proof or "", *lines)


class RefreshRequest(msgspec.Struct, frozen=True):
    """The body of a refresh; a device with a key sends `device_id` and `proof` besides."""

    refresh_token: Name
    device_id: UUID | None = None
    proof: Name | None = None
    challenge: Name | None = None

    def proves(self, holder: Keyholder) -> bool:
        """Whether the proof was made with this device's key."""
        lines = ("callout token", str(holder.device), self.refresh_token, *_challenge_lines(self.challenge))
        return proves(holder.public_key, self.proof or "", *lines)


class SignatureRequired(Problem):
    """Devices need a key here: send `public_key` and a `proof` that fits it."""

    kind = Kind.FORBIDDEN


def parse_body(body: bytes, shape: type[Any]) -> Any:
    """The body as a `shape`; raises `MalformedEnvelope` with a JSON pointer."""
    return decoded(body, partial(msgspec.json.decode, type=shape))


def _challenge_lines(challenge: str | None) -> tuple[str, ...]:
    return () if challenge is None else (challenge,)

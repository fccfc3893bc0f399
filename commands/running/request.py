"""A request to change something: its author, idempotency key, and the envelope of its events."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, Self
from uuid import UUID, uuid4, uuid5

import orjson

from commands.running.author import Author
from domain.kernel.bad_input import bad_member
from domain.kernel.envelope import CLOCK_TOLERANCE, Envelope, ExternalRef
from domain.kernel.instant import now
from domain.kernel.problem import Kind, Problem

LONGEST_KEY: Final = 200
SYSTEM: Final = UUID("5f0f7b0e-6f6e-5d3c-9a51-5c0a3f0e6f01")
"""The namespace of the operation ids of requests by the system itself."""


class KeyUsedOtherwise(Problem):
    """This Idempotency-Key was used with another request; use a new key for a new request."""

    kind = Kind.UNPROCESSABLE
    code = "idempotency-key-reused"


class About(NamedTuple):
    """The fields that every command may have: the new entity's id, instant, zone, the position its author had read."""

    id: UUID | None = None
    occurred_at: datetime | None = None
    zone: str | None = None
    seen: int | None = None
    external_ref: ExternalRef | None = None


class Request(NamedTuple):
    """A request of an author, None for the system itself.

    `content` is its whole payload: another one under a known key is refused.

    `operation` is the operation id of its events. `accepts` is whether the version of its entity is the one that
    its author had read.
    """

    author: Author | None
    about: About
    content: bytes
    operation: UUID
    key: str | None = None
    accepts: Callable[[int], bool] | None = None

    @classmethod
    def of(
        cls,
        author: Author | None,
        about: About,
        content: object,
        key: str | None = None,
        accepts: Callable[[int], bool] | None = None,
    ) -> Self:
        """A request whose operation id follows from its author and key, or is new without one.

        Raises `BadInput` for a key that cannot be one.
        """
        if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
            raise bad_member("/Idempotency-Key", f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
        user = SYSTEM if author is None else author.imported_by or author.id
        operation = uuid5(user, key) if key is not None else uuid4()
        return cls(author, about, orjson.dumps(content, option=orjson.OPT_SORT_KEYS), operation, key, accepts)

    def content_hash(self, secret: bytes) -> str:
        """A keyed hash of the content, from which no password can be guessed."""
        return hmac.digest(secret, self.content, "sha256").hex()

    def new_id(self, topic: str) -> UUID:
        """The id of the entity that it creates: the given one, one that follows from its key, or a new one."""
        return self.about.id or (uuid5(self.operation, topic) if self.key else uuid4())

    def envelope(self, case: UUID | None, zone: str) -> Envelope:
        """The envelope of its events; `zone` is the company's. Raises `BadInput` for an instant in the future."""
        received, about = now(), self.about
        if about.occurred_at is not None and about.occurred_at > received + CLOCK_TOLERANCE:
            raise bad_member("/occurred_at", "What happened lies in the past; leave this out for what happens now.")
        return Envelope(
            occurred_at=min(about.occurred_at or received, received),
            zone=about.zone or zone,
            actor=self.author.id if self.author else None,
            role=self.author.role if self.author else None,
            imported_by=self.author.imported_by if self.author else None,
            external_ref=about.external_ref,
            operation_id=self.operation,
            correlation_id=case,
            seen_position=about.seen,
        )

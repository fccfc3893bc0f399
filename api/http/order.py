"""An order: one request to change something, under the operation id that makes it happen once."""

from __future__ import annotations

import hmac
from typing import Final
from uuid import UUID, uuid4, uuid5

import orjson
from flask import request

from api.http.noun import body_of
from api.http.schemas import Body
from api.http.services import services
from api.http.who import Who
from domain.kernel.envelope import CLOCK_TOLERANCE, Envelope
from domain.kernel.instant import now
from domain.kernel.problem import BadInput, Kind, Problem
from domain.recording.answers import Known

LONGEST_KEY: Final = 200


class KeyUsedOtherwise(Problem):
    """This Idempotency-Key came with another request before; use a new key for a new request."""

    kind = Kind.UNPROCESSABLE
    code = "idempotency-key-reused"


class Order:
    """One request to change something: who asks, under which operation id, and whether it was asked before."""

    def __init__(self, who: Who, body: Body) -> None:
        self.who = who
        self.body = body
        self.key = request.headers.get("Idempotency-Key")
        if self.key is not None and not (0 < len(self.key) <= LONGEST_KEY and self.key.isprintable()):
            detail = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters."
            raise BadInput(detail, errors=[{"pointer": "/Idempotency-Key", "detail": detail}])
        self.operation = uuid5(who.imported_by or who.id, self.key) if self.key else uuid4()

    def content_hash(self) -> str:
        """Tells this request from another one under its key; keyed, so that no password can be guessed from it."""
        return _hashed(services().access.secret("idempotency"))

    def known(self) -> Known | None:
        """What was answered to it before."""
        if self.key is None:
            return None
        known = services().log.operations.answers([self.operation]).get(self.operation)
        secrets = services().access.secrets.accepted("idempotency")
        if known is not None and not any(known.content_hash == _hashed(secret) for secret in secrets):
            raise KeyUsedOtherwise
        return known

    def envelope(self, case: UUID | None) -> Envelope:
        """What its events say beside their own data."""
        asked, body = now(), self.body
        if body.occurred_at is not None and body.occurred_at > asked + CLOCK_TOLERANCE:
            detail = "What happened lies in the past; leave this out for what happens now."
            raise BadInput(detail, errors=[{"pointer": "/occurred_at", "detail": detail}])
        return Envelope(
            occurred_at=min(body.occurred_at or asked, asked),
            zone=body.zone or services().settings.zone,
            actor=self.who.id,
            role=self.who.role,
            imported_by=self.who.imported_by,
            external_ref=body.external_ref,
            operation_id=self.operation,
            correlation_id=case,
            seen_position=body.seen,
        )


def _hashed(secret: bytes) -> str:
    content = orjson.dumps([request.method, request.path, body_of(request)], option=orjson.OPT_SORT_KEYS)
    return hmac.digest(secret, content, "sha256").hex()

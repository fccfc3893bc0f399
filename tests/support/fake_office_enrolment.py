"""The enrolment of the fake office: tokens and proofs for one device after the other, and revocation."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.device import Reply
from sync.device.json_text import Json

ME = "0191cb40-0000-7000-8000-000000000005"


def reply(status: int, body: Json, **headers: str) -> Reply:
    return Reply(status, headers, json.dumps(body).encode())


def problem(status: int, code: str, headers: Mapping[str, str] | None = None, **members: Any) -> Reply:
    body = {"type": f"https://callout.example/problems/{code}", "title": code, "detail": f"{code}!", **members}
    return Reply(status, headers or {}, json.dumps(body).encode())


def fits(key: str | None, signature: str | None, text: str) -> bool:
    """Whether a signature is that of the text by a public key."""
    if key is None or signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key + "==")).verify(
            urlsafe_b64decode(signature + "=="), text.encode()
        )
    except InvalidSignature:
        return False
    return True


def is_signed(key: str, operation: Json) -> bool:
    """Whether an operation has the signature that docs/sync.md describes."""
    content = {name: value for name, value in operation.items() if name not in ("seq", "signature")}
    text = f"callout operation\n{sha256(rfc8785.dumps(content)).hexdigest()}"
    return fits(key, operation.get("signature"), text)


class FakeEnrolment:
    """Enrolment, tokens and revocation of one device; `revoked` holds the members of the refusal once it is revoked."""

    def __init__(self) -> None:
        self.incarnation, self.epoch = 1, "e1"
        self.generation, self.refresh, self.refreshes = 0, "refresh-0", 0
        self.key: str | None = None
        self.enrolments: list[Json] = []
        self.tokens: list[Json] = []
        self.revoked: Json | None = None

    def enrol(self, body: Json) -> Reply:
        self.enrolments.append(body)
        key = body.get("public_key")
        if key and not fits(key, body["proof"], f"callout enrolment\n{body['code']}\n{body['install_id']}"):
            return problem(403, "signature-required")
        self.key = key
        tokens = {"access_token": f"access-{self.generation}", "refresh_token": self.refresh}
        who = {"technician": {"id": ME, "name": "Ada"}, "device_id": "d1", "incarnation": self.incarnation}
        return reply(201, {**tokens, **who, "epoch": self.epoch})

    def renew(self, body: Json) -> Reply:
        self.tokens.append(body)
        signed, challenge = f"callout token\nd1\n{body['refresh_token']}", f"challenge-{self.generation}"
        if "challenge" in body:
            if body["challenge"] != challenge or not fits(self.key, body.get("proof"), f"{signed}\n{challenge}"):
                return problem(401, "token-expired")
        elif body["refresh_token"] != self.refresh:
            if fits(self.key, body.get("proof"), signed):
                return problem(401, "token-reused", challenge=challenge)
            return problem(401, "token-reused")
        elif self.key and not fits(self.key, body.get("proof"), signed):
            return problem(401, "proof-required")
        self.generation, self.refreshes = self.generation + 1, self.refreshes + 1
        self.refresh = f"refresh-{self.generation}"
        return reply(200, {"access_token": f"access-{self.generation}", "refresh_token": self.refresh})

    def refusal(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """The refusal of a request, `None` if it is accepted."""
        if self.revoked is not None:
            return None if path in ("salvage", "wiped") else problem(403, "device-revoked", **self.revoked)
        if headers.get("authorization") != f"Bearer access-{self.generation}":
            return problem(401, "token-expired")
        return None

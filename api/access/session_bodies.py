"""Bodies and replies of the routes of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema

from api.http.fields import Text
from api.http.schemas import Strict
from store.password_rules import LONGEST

USER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": ["string", "null"]},
        "roles": {"type": "array", "items": {"type": "string"}},
    },
}
SIGNED_IN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["token", "expires_in", "user"],
    "properties": {
        "token": {"type": "string", "description": "Send it as `Authorization: Bearer`; it is not shown again."},
        "expires_in": {"type": "integer", "description": "Seconds until it expires, also when it is used."},
        "idle_in": {"type": "integer", "description": "Seconds without a request after which it expires."},
        "known_device": {
            "type": "string",
            "description": "Send it at the next sign-in: failed attempts of others do not delay you then. "
            "Browsers get it as a cookie too.",
        },
        "second_factor": {"type": "string", "enum": ["given", "not-asked", "to-be-set-up"]},
        "user": USER,
    },
}
SESSIONS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "current": {"type": "boolean"},
                    "begun_at": {"type": "string", "format": "date-time"},
                    "seen_at": {"type": "string", "format": "date-time"},
                    "expires_at": {"type": "string", "format": "date-time"},
                    "address": {"type": "string"},
                    "agent": {"type": "string"},
                    "factor": {"type": ["string", "null"]},
                },
            },
        }
    },
}
CHALLENGE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["pending", "methods"],
    "properties": {
        "pending": {"type": "string", "description": "Send it with the answer."},
        "methods": {"type": "array", "items": {"type": "string"}},
        "passkey": {"type": "object", "description": "The options of `navigator.credentials.get`, as JSON."},
    },
}


class SignIn(Strict):
    """The login and password of a user."""

    login = Text(200, required=True)
    password = Text(200, required=True)
    known_device = Text(200, metadata={"description": "The `known_device` of the last sign-in from this device."})


class Factor(Strict):
    """A second factor: a code of an app, a recovery code, or a passkey's answer."""

    code = Text(6, 6)
    recovery_code = Text(40)
    passkey = fields.Dict(metadata={"description": "The credential as `toJSON()` gives it."})


class SecondStep(Factor):
    """The second factor of a sign-in."""

    pending = Text(200, required=True)
    known_device = Text(200)

    @validates_schema
    def check_exactly_one(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise `ValidationError` unless exactly one of them is given."""
        if sum(name in data for name in ("code", "recovery_code", "passkey")) != 1:
            raise ValidationError("Give one of code, recovery_code and passkey.", "code")


class Proof(Factor):
    """A new proof of identity: the password or a second factor."""

    password = Text(200)
    pending = Text(200)

    @validates_schema
    def check_exactly_one(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise `ValidationError` unless exactly one of them is given."""
        if sum(name in data for name in ("password", "code", "recovery_code", "passkey")) != 1:
            raise ValidationError("Give one of password, code, recovery_code and passkey.", "password")


class Reset(Strict):
    """A one-time code of an admin, and the new password."""

    login = Text(200, required=True)
    code = Text(40, required=True)
    password = Text(LONGEST, required=True)

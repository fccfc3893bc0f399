"""Bodies and replies of the routes of the user's own account."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields

from api.http.fields import Text
from api.http.schemas import Strict
from store.password_rules import LONGEST

_ID: Final = {"type": "string", "format": "uuid"}
_AT: Final = {"type": ["string", "null"], "format": "date-time"}
CODES: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["recovery_codes"],
    "properties": {
        "recovery_codes": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Each can be used once instead of a second factor; empty when the user already has codes.",
        }
    },
}
FACTORS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "mode": {"type": "string", "enum": ["off", "offered", "required"]},
        "required": {"type": "boolean"},
        "passkeys": {"type": "boolean", "description": "Whether passkeys can be used here."},
        "recovery_codes_left": {"type": "integer"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": _ID,
                    "kind": {"type": "string", "enum": ["totp", "passkey"]},
                    "name": {"type": "string"},
                    "created_at": _AT,
                    "used_at": _AT,
                },
            },
        },
    },
}
SEED: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": _ID,
        "secret": {"type": "string", "description": "Base32, shown this once."},
        "uri": {"type": "string", "description": "For a QR code."},
    },
}
OPTIONS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "pending": {"type": "string"},
        "passkey": {"type": "object", "description": "The options of `navigator.credentials.create`, as JSON."},
    },
}


class OwnPassword(Strict):
    """The current password and the new one."""

    current = Text(LONGEST, required=True)
    password = Text(LONGEST, required=True)


class Naming(Strict):
    """The name of the authenticator."""

    name = Text(100, load_default="Authenticator")


class Confirmation(Strict):
    """The first code of the authenticator app."""

    code = Text(6, 6, required=True)


class NewPasskey(Strict):
    """The passkey that the browser created."""

    pending = Text(200, required=True)
    name = Text(100, load_default="Passkey")
    passkey = fields.Dict(required=True, metadata={"description": "The credential as `toJSON()` gives it."})

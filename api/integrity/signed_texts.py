"""Signed texts of an operation with hash, signature and the result of checking them, for auditors."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response

from api.access.operations import operations
from api.http.encoding import json_response
from api.http.reading import open_reader
from api.http.rows import ID
from api.http.services import services
from domain.kernel.problem import NotFound
from store.signed_texts import Kept
from sync.checking import check
from sync.signature import signed_text

__all__ = ["operations"]
"""The noun `operations`, with this route added."""

_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_FITS: Final = {"type": ["boolean", "null"]}
CONTENT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "device": ID,
        "incarnation": {"type": "integer"},
        "seq": {"type": ["integer", "null"]},
        "status": _TEXT | {"description": "The first result of the operation."},
        "positions": {"type": "array", "items": {"type": "integer"}, "description": "Of the events that it caused."},
        "recorded_at": _TEXT | {"format": "date-time"},
        "content_hash": _TEXT | {"description": "SHA-256 of its canonical JSON without `seq` and `signature`, in hex."},
        "signed_text": _TEXT | {"description": "The exact text that is signed (Ed25519)."},
        "signature": _MAYBE,
        "public_key": _MAYBE | {"description": "The key of the device that fits the signature."},
        "text": _MAYBE | {"description": "The operation as it was received."},
        "text_encoding": _TEXT | {"description": "`utf-8`, or `base64` for bytes that are no UTF-8."},
        "text_status": _TEXT | {"enum": ["kept", "erased", "not-kept"]},
        "text_fits": _FITS | {"description": "Whether the text has this hash; null without a text."},
        "signature_fits": _FITS | {"description": "Whether a key of the device signed this; null without a signature."},
    },
}
SIGNED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["operation", "items"],
    "properties": {"operation": ID, "items": {"type": "array", "items": CONTENT}},
}


@operations.shows(SIGNED, path="/<uuid:id>/signed")
def show_signed_texts(query: dict[str, Any], id: UUID) -> Response:
    """The texts that devices have signed under this id, each once; hash and signature remain after an erasure."""
    with open_reader(query) as reader:
        known, as_of = reader.position, query.get("as_of")
    past = [each for each in services().log.signed_texts.of(id) if not each.positions or each.positions[0] <= known]
    found = [each for each in past if as_of is None or each.occurred_at is None or each.occurred_at <= as_of]
    if not found:
        raise NotFound(f"No device has sent an operation {id}.")
    return json_response({"operation": id, "items": [_signed_fields(each) for each in found]})


def _signed_fields(kept: Kept) -> dict[str, Any]:
    keys = services().log.signed_texts.keys_of(kept.device)
    checked = check(kept.content_hash, kept.text, kept.encoding, kept.signature, keys)
    return {
        "device": kept.device,
        "incarnation": kept.incarnation,
        "seq": kept.seq,
        "status": kept.outcome,
        "positions": kept.positions,
        "recorded_at": kept.recorded_at,
        "content_hash": kept.content_hash,
        "signed_text": signed_text(kept.content_hash),
        "signature": kept.signature,
        "text": kept.text,
        "text_encoding": kept.encoding,
        "text_status": kept.status,
        **checked._asdict(),
    }

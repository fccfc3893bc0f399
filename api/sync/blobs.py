"""Blobs: resumable upload of photos and signatures in pieces."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected, LengthRequired

from api.http.authentication import current_device
from api.http.encoding import json_response
from api.http.services import services
from api.sync.blueprint import sync
from domain.access.device_limits import BLOB_PIECE
from domain.kernel.digits import whole_number
from sync.blobs import BlobNotNamed, Progress
from sync.problems import EncodingUnsupported, malformed_member

OFFSET_LIMIT: Final = 10**12
"""Larger than every offset and length of a blob, in bytes."""
_HASH: Final = re.compile("[0-9a-f]{64}")


@sync.get("/blobs/<sha256>")
def progress(sha256: str) -> Response:
    """The upload progress; `HEAD` is enough. `Upload-Length` may give the size of the blob.

    A suspended device may ask too: it may upload blobs that its recorded operations name.
    """
    who = current_device()
    with services().gate.pull(who.device):
        return _progress_response(services().blobs.progress(who.technician, _valid_hash(sha256), _length()))


@sync.put("/blobs/<sha256>")
def upload(sha256: str) -> Response:
    """Store the bytes at `Upload-Offset`, 256 KiB at most. `Upload-Length` may give the size of the blob."""
    who = current_device()
    offset, length, chunk = _offset(), _length(), _chunk()
    with services().gate.upload(who.device):
        return _progress_response(services().blobs.take(who.technician, _valid_hash(sha256), offset, chunk, length))


def _valid_hash(sha256: str) -> str:
    if not _HASH.fullmatch(sha256):
        raise BlobNotNamed
    return sha256


def _offset() -> int:
    return _number("Upload-Offset", request.headers.get("Upload-Offset", ""), "of the first byte in the body, from 0")


def _length() -> int | None:
    text = request.headers.get("Upload-Length")
    return None if text is None else _number("Upload-Length", text, "of all bytes")


def _number(name: str, text: str, what: str) -> int:
    number = whole_number(text)
    if number is None or number >= OFFSET_LIMIT:
        detail = f"{name} is the number {what}."
        raise malformed_member(f"/{name}", detail)
    return number


def _chunk() -> bytes:
    """The complete body; raises `ClientDisconnected` for a part of it, which servers pass on after a cut connection."""
    request.max_content_length = BLOB_PIECE
    if request.content_length is None:
        raise LengthRequired
    if request.content_encoding is not None:
        raise EncodingUnsupported("Send the bytes without a content encoding.")
    chunk = request.get_data(cache=False)
    if len(chunk) != request.content_length:
        raise ClientDisconnected
    return chunk


def _progress_response(progress: Progress) -> Response:
    headers = {"Upload-Offset": str(progress.offset), "Upload-Length": str(progress.length)}
    return json_response(progress._asdict(), headers=headers)

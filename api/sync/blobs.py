"""Blobs: photos and signatures, piece by piece, each going on where the last one ended."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected, LengthRequired

from api.http.encoding import answer
from api.http.services import services
from api.http.who import asking_device
from api.sync.blueprint import sync
from domain.access.device_limits import BLOB_PIECE
from domain.kernel.digits import whole_number
from sync.blobs import BlobNotNamed, Progress
from sync.problems import EncodingUnsupported, MalformedEnvelope

BEYOND: Final = 10**12
"""No blob is so long."""
_HASH: Final = re.compile("[0-9a-f]{64}")


@sync.get("/blobs/<sha256>")
def progress(sha256: str) -> Response:
    """Say how far the bytes have come; `HEAD` is enough. `Upload-Length` may say how many the device has.

    A suspended device is told too: it may send what its recorded operations have named.
    """
    who = asking_device()
    with services().gate.pull(who.device):
        return _told(services().blobs.progress(who.technician, _named(sha256), _length()))


@sync.put("/blobs/<sha256>")
def take(sha256: str) -> Response:
    """Take the bytes that follow at `Upload-Offset`, 256 KiB at most. `Upload-Length` may say how many there are."""
    who = asking_device()
    offset, length, chunk = _offset(), _length(), _chunk()
    with services().gate.upload(who.device):
        return _told(services().blobs.take(who.technician, _named(sha256), offset, chunk, length))


def _named(sha256: str) -> str:
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
    if number is None or number >= BEYOND:
        detail = f"{name} is the number {what}."
        raise MalformedEnvelope(detail, errors=[{"pointer": f"/{name}", "detail": detail}])
    return number


def _chunk() -> bytes:
    """The whole body: servers hand over a part of it when the connection is cut."""
    request.max_content_length = BLOB_PIECE
    if request.content_length is None:
        raise LengthRequired
    if request.content_encoding is not None:
        raise EncodingUnsupported("Send the bytes as they are.")
    chunk = request.get_data(cache=False)
    if len(chunk) != request.content_length:
        raise ClientDisconnected
    return chunk


def _told(progress: Progress) -> Response:
    headers = {"Upload-Offset": str(progress.offset), "Upload-Length": str(progress.length)}
    return answer(progress._asdict(), headers=headers)

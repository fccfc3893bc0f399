"""Blobs: the bytes of photos and signatures, for the office."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import Any, Final

from flask import Response, request

from api.http.noun import Noun
from api.http.reading import open_reader
from api.http.schemas import Past
from api.http.services import services
from domain.kernel.problem import NotFound
from projections.work.attachments import Attachments, attachments, named_sizes

blobs = Noun("blobs", "The bytes of photos and signatures.")

SHOWN: Final = frozenset({"image/avif", "image/gif", "image/heic", "image/jpeg", "image/png", "image/webp"})
"""Media types that browsers may show inline; all others are sent as attachments."""
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_ANY: Final = "application/octet-stream"
_ALONE: Final = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""The policy of every blob: nothing in it runs or loads anything."""


class BlobNotHere(NotFound):
    """The bytes have not arrived yet, or belong to a customer who was erased."""

    code = "blob-not-here"


@blobs.plain_route("GET", "/<sha256>", Past, 200)
def show_blob(query: dict[str, Any], sha256: str) -> Response:
    """The bytes with this SHA-256, which a work order or visit names.

    Pictures are sent with their media type, everything else as an attachment.
    """
    with open_reader(query, Attachments()) as reader:
        named = attachments(reader, sha256)
        sizes = named_sizes(reader, sha256)
    if not named:
        raise NotFound
    types = {row["customer"]: row["media_type"] for row in named}
    first = {row["customer"]: row["size"] for row in named}
    with ExitStack() as stack:
        opened = stack.enter_context(
            services().vault.opened(sha256, {customer: sizes.get(customer, [size]) for customer, size in first.items()})
        )
        if opened is None:
            raise BlobNotHere
        headers = _headers(types[opened.person], sha256)
        if request.if_none_match.contains_weak(sha256):
            return Response(status=304, headers=headers)
        reply = Response(opened.pieces, headers=headers | {"Content-Length": str(opened.blob.size)})
        reply.call_on_close(stack.pop_all().close)
    return reply


def _headers(named: str, sha256: str) -> dict[str, Any]:
    found = named.strip().lower()
    media_type = found if _MEDIA_TYPE.fullmatch(found) else _ANY
    disposition = "inline" if media_type in SHOWN else f'attachment; filename="{sha256[:16]}"'
    return {
        "Content-Type": media_type,
        "Content-Disposition": disposition,
        "Content-Security-Policy": _ALONE,
        "ETag": f'"{sha256}"',
    }

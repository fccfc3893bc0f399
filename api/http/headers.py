"""Security headers of every response: no content from other hosts, no type sniffing, no caching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response

from api.http.services import Services

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cache-Control": "no-store",
}
TLS_ONLY: Final = "max-age=31536000; includeSubDomains"


def add_headers(app: Flask, services: Services) -> Mapping[str, str]:
    """Add these headers to every response unless its view sets them; returns them."""
    headers = dict(HEADERS)
    if services.settings.production:
        headers["Strict-Transport-Security"] = TLS_ONLY

    def add(reply: Response) -> Response:
        for name, value in headers.items():
            reply.headers.setdefault(name, value)
        return reply

    app.after_request(add)
    return headers

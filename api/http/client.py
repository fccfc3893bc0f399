"""The client of a request: its address (also behind proxies), its program, its known-device token."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from flask import Response, request

from api.http.services import services
from store.caller import KNOWN_SECONDS, LONGEST_AGENT, Caller

COOKIE: Final = "callout_known"
"""The cookie with the known-device token; it grants no access."""
HOST_COOKIE: Final = f"__Host-{COOKIE}"
"""Its name in production: browsers accept it from this host only, over TLS only, for all paths."""
_LONGEST_TOKEN: Final = 200
_PLACE: Final = "/api/v1/sessions"
_PROVIDER: Final = 64
"""Bits of the IPv6 network of one customer of a provider, who may choose the rest of the address."""


def address() -> str:
    """The client's address, for IPv6 its network of 64 bits; `unknown` when it cannot be parsed.

    `X-Forwarded-For` counts only where `CALLOUT_PROXIES` says how many proxies add to it: of the entries that
    these have added, the first. Entries further left are from the client itself.
    """
    found = request.remote_addr or ""
    if proxies := services().settings.proxies:
        entries = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
        found = entries[-proxies] if len(entries) >= proxies else found
    return _network(found)


def caller(known: str | None = None) -> Caller:
    """Address, user agent and, from the body (`known`) or the cookie, the known-device token."""
    token = known or request.cookies.get(HOST_COOKIE if services().settings.production else COOKIE, "")
    agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
    return Caller(address(), agent[:LONGEST_AGENT], token if len(token) <= _LONGEST_TOKEN else "")


def remember(reply: Response, token: str) -> Response:
    """Set the cookie with the known-device token, which the browser sends at the next sign-in."""
    production = services().settings.production
    reply.set_cookie(
        HOST_COOKIE if production else COOKIE,
        token,
        max_age=KNOWN_SECONDS,
        path="/" if production else _PLACE,
        httponly=True,
        samesite="Strict",
        secure=production,
    )
    return reply


def _network(text: str) -> str:
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _PROVIDER), strict=False))
    return str(found)

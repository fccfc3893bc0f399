"""Who may read `/metrics`: holders of its token and, depending on the setting, this machine or everybody."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Final

from flask import request

from api.http.services import ApiSettings
from domain.kernel.problem import NotFound

FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""Headers of requests that a proxy has forwarded."""


class MetricsHidden(NotFound):
    """There is no such thing."""

    code = "not-found"


def require_metrics_access(settings: ApiSettings) -> None:
    """Raise `MetricsHidden` (404) unless the request may read the metrics.

    The token (`CALLOUT_METRICS_TOKEN`) is accepted from anywhere. Without it `loopback` serves processes of this
    machine, but nothing that a proxy has forwarded; `open` serves everybody.
    """
    if settings.metrics_token and hmac.compare_digest(_bearer().encode(), settings.metrics_token.encode()):
        return
    if settings.metrics == "open" or (settings.metrics == "loopback" and _is_local()):
        return
    raise MetricsHidden


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_local() -> bool:
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return peer.is_loopback and not any(name in request.headers for name in FORWARDED)

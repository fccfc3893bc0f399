"""The reply of a command that forgets a person, once their keys are destroyed and the views know."""

from __future__ import annotations

from flask import Response

from api.http.services import services
from store.erasure import Erasure


def forgotten(reply: Response) -> Response:
    """The reply, when keys and accounts are gone and the views have forgotten too, or have taken too long."""
    Erasure(services().log).catch_up()
    head = services().log.recorder.max_notification_id() or 0
    services().views.wait_until(head, services().settings.patience)
    return reply

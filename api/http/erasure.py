"""The work that must be complete before the reply to the command that erases a person."""

from __future__ import annotations

from api.http.services import services
from store.erasure import Erasure


def finish_erasure() -> None:
    """Destroy keys and accounts, and wait up to `patience` until the views have erased the person too."""
    Erasure(services().log).catch_up()
    head = services().log.recorder.max_notification_id() or 0
    services().views.wait_until(head, services().settings.patience)

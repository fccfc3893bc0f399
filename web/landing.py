"""The landing page: status of the server, and links."""

from __future__ import annotations

from typing import Final

from eventsourcing.persistence import PersistenceError
from flask import Blueprint, render_template

from api.http.policy import ANYONE
from api.http.services import services

landing = Blueprint(
    "landing", __name__, template_folder="templates", static_folder="static", static_url_path="/pages/static"
)
POLICY: Final = {"GET /": ANYONE, "GET /pages/static/{filename}": ANYONE}


@landing.get("/")
def first_page() -> str:
    """The landing page."""
    try:
        head: int | None = services().log.recorder.max_notification_id() or 0
        lag = (head or 0) - services().views.position()
    except PersistenceError:
        head, lag = None, 0
    place = services().settings.origin or "https://callout.example"  # never the Host of the request
    return render_template("landing.html", head=head, lag=max(lag, 0), place=place)

"""What a WSGI server loads: `callout.wsgi:app()`, built in each worker from the environment."""

from __future__ import annotations

from api.app import WsgiApplication
from callout.assembly import Application
from callout.closing import closing
from callout.logging_setup import configure_logging
from callout.past_process import past_desk
from callout.settings import Settings


def app() -> WsgiApplication:
    """The WSGI application of this process; the worker projects its views."""
    settings = Settings.from_environment()
    configure_logging(settings.log_level)
    application = Application(settings)
    made = application.app(past_desk(application))
    made.wsgi_app = closing(made.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's own way to put something around
    return made

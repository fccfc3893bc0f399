"""What a WSGI server loads: `callout.wsgi:app()`, built in each worker from the environment."""

from __future__ import annotations

from flask import Flask

from callout.assembly import House
from callout.settings import Settings


def app() -> Flask:
    """The application of this process; its views are made by whoever runs the projector."""
    return House(Settings.from_environment()).app()

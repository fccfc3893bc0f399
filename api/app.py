"""The Flask application: every noun, one policy, one way to tell a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import Blueprint, Flask
from flask_smorest import Api

from api.encoding import Orjson
from api.parts import parts
from api.policy import POLICY, access_of
from api.problems import tell_everything
from api.services import Services
from api.sync import sync
from api.who import admit

NOUNS = (parts,)


class Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """The OpenAPI description, without the library's own error pages."""

    def _register_error_handlers(self) -> None:
        """Problems are told by `api.problems` alone."""


def create_app(
    services: Services, rooms: Sequence[Blueprint] = (), policy: Mapping[str, frozenset[str]] = POLICY
) -> Flask:
    """An application on these services; `rooms` are further blueprints (pages), with their routes in `policy`.

    Raises `RouteWithoutPolicyError` when the policy does not name a route.
    """
    app = Flask("api")
    app.json = Orjson(app)
    app.extensions["callout"] = services
    app.config.update(
        MAX_CONTENT_LENGTH=services.settings.most_bytes,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        API_TITLE="callout",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.url_map.strict_slashes = False
    tell_everything(app)
    app.before_request(admit)
    description = Description(app)
    for noun in NOUNS:
        description.register_blueprint(noun)
    for room in (sync, *rooms):
        app.register_blueprint(room)
    app.extensions["callout.policy"] = access_of(app, policy)
    return app

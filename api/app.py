"""The Flask application: all nouns, the policy, the error handlers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from flask import Blueprint, Flask

from api.access.devices import devices
from api.access.me import me
from api.access.security_events import security_events
from api.access.sessions import sessions
from api.access.users import users
from api.care.cases import cases
from api.care.contacts import contacts
from api.care.customers import customers
from api.http.authentication import authorize
from api.http.control_characters import reject_control_characters
from api.http.description import Description, openapi_document
from api.http.docs import docs
from api.http.encoding import Orjson
from api.http.headers import add_headers
from api.http.health import health
from api.http.jobs import jobs
from api.http.metrics import Metrics
from api.http.policy import POLICY, access_of
from api.http.problems import register_error_handlers
from api.http.request_log import log_requests
from api.http.security import record_security_events
from api.http.services import Services
from api.http.whole_number import WholeNumber
from api.integrity.events import events
from api.integrity.projections import views
from api.integrity.signed_texts import operations
from api.lookup.search import search
from api.stock.discrepancies import discrepancies
from api.stock.locations import locations
from api.stock.parts import parts
from api.stock.stock import stock
from api.stock.stock_movements import stock_movements
from api.sync.overload import OverloadMiddleware
from api.sync.routes import sync
from api.work.blobs import blobs
from api.work.technicians import technicians
from api.work.visits import visits
from api.work.warranties import equipment
from api.work.work_orders import work_orders

NOUNS = (
    sessions,
    me,
    users,
    search,
    customers,
    contacts,
    cases,
    equipment,
    work_orders,
    visits,
    blobs,
    parts,
    locations,
    stock,
    stock_movements,
    discrepancies,
    technicians,
    devices,
    operations,
    events,
    views,
    jobs,
    security_events,
)


WsgiApplication: TypeAlias = Flask
"""The application's type, for packages that do not import Flask."""


def create_app(
    services: Services, pages: Sequence[Blueprint] = (), policy: Mapping[str, frozenset[str]] = POLICY
) -> WsgiApplication:
    """An application on these services; `pages` are further blueprints, with their routes in `policy`.

    Raises `RouteWithoutPolicyError` when the policy does not name a route.
    """
    app = Flask("api")
    app.json = Orjson(app)
    metrics = Metrics(services)
    app.extensions |= {"callout": services, "callout.metrics": metrics}
    app.config.update(
        MAX_CONTENT_LENGTH=services.settings.most_bytes,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        API_TITLE="callout",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would go to the Host of the request
    app.url_map.converters["int"] = WholeNumber
    if services.settings.hosts:
        app.config["TRUSTED_HOSTS"] = list(services.settings.hosts)
    register_error_handlers(app)
    headers = add_headers(app, services)
    log_requests(app, metrics)
    record_security_events(app)
    app.before_request(authorize)
    app.before_request(reject_control_characters)
    description = Description(app)
    for noun in NOUNS:
        description.register_blueprint(noun)
    for blueprint in (health, docs, sync, *pages):
        app.register_blueprint(blueprint)
    app.wsgi_app = OverloadMiddleware(app.wsgi_app, services.gate, metrics, headers)  # type: ignore[method-assign]  # as Flask wants it
    app.extensions["callout.policy"] = access_of(app, policy)
    app.extensions["callout.description"] = openapi_document(app, description, policy)
    return app

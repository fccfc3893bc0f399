"""One piece of a fuzzing run: an API of its own, requests generated from its description, and its replies."""

from __future__ import annotations

import json
import logging
import warnings
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast, get_args
from urllib.parse import quote, urlencode
from uuid import uuid4

import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable

from api.app import create_app
from domain.access.user import Role
from domain.stock.location import VIRTUAL
from tests.api.conftest import ApiClient, services_on
from tests.fuzz.spoiling import OFTEN, TEXTS, led_home, spoiled
from tests.support.api_steps import create, customer, site
from tests.support.databases import Cluster

UNCHECKED = list(HealthCheck)
EACH = 8
"""Requests of one operation in a row."""
UNAVAILABLE = 503
SERVER_ERRORS = 500
CREATED = 201


class Found(NamedTuple):
    """A request that was answered by an unhandled error."""

    seed: int
    status: int
    asked: str
    answered: str


class Piece(NamedTuple):
    """How often each status was answered, and the unhandled errors."""

    statuses: Counter[int]
    errors: list[Found]


class Fuzzer:
    """Sends requests to one API; `known` are ids of existing things by kind."""

    def __init__(self, api: ApiClient, number: int) -> None:
        self._api, self._dice, self._seed = api, Random(number), number
        self._login = 0
        self.known: dict[str, list[str]] = {}
        self.piece = Piece(Counter(), [])
        self._sign_in()

    def ask(self, case: Any) -> None:
        """Send a generated case, spoiled or not."""
        dice = self._dice
        path, query, body = case.path_parameters or {}, case.query or {}, case.body
        kind = _kind_of(case.operation.path)
        path = {name: led_home(dice, str(uuid4()), self.known, kind) for name in path}
        query = led_home(dice, dict(query), self.known) if dice.random() < OFTEN / 2 else {}
        headers = {str(name): str(value) for name, value in (case.headers or {}).items()}
        sent: bytes | None = None
        if isinstance(body, (dict, list, str, int, float, bool)):
            body = led_home(dice, body, self.known)
            sent = json.dumps(spoiled(dice, body) if dice.random() < 0.3 else body).encode()
            headers["Content-Type"] = "application/json"
        if dice.random() < 0.1:
            path = {name: dice.choice(TEXTS) for name in path}
        if dice.random() < 0.1:
            query = {name: dice.choice(TEXTS) for name in query} | {"limit": dice.choice(TEXTS)}
        if dice.random() < 0.2:
            headers["Idempotency-Key"] = dice.choice(TEXTS)
        self._send(case.operation.method.upper(), _filled(case.operation.path, path), query, headers, sent)

    def _send(self, method: str, path: str, query: dict[str, Any], headers: dict[str, str], body: bytes | None) -> None:
        fitting = {name: value for name, value in headers.items() if _fits(name) and _fits(value)}
        asked = f"{path}?{urlencode(query, doseq=True, errors='surrogatepass')}" if query else path
        reply = self._api.client.open(
            asked, method=method, data=body, headers=fitting | {"Authorization": f"Bearer {self._token}"}
        )
        self.piece.statuses[reply.status_code] += 1
        if reply.status_code == CREATED and isinstance(reply.json, dict) and "id" in reply.json:
            self.known.setdefault(_kind_of(path), []).append(reply.json["id"])
        refused = reply.status_code == UNAVAILABLE and '/overloaded"' not in reply.text
        if reply.status_code >= SERVER_ERRORS and not refused:
            request = f"{method} {asked[:300]} {fitting} {body[:2000] if body else b''!r}"
            self.piece.errors.append(Found(self._seed, reply.status_code, request, reply.text[:500]))
        if reply.status_code == 401:
            self._sign_in()

    def _sign_in(self) -> None:
        self._login += 1
        self._token = self._api.signed_in(*get_args(Role), login=f"fuzzer-{self._login}")


def founded(api: ApiClient) -> dict[str, list[str]]:
    """Create one thing of most kinds; their ids by kind."""
    who = customer(api)
    where, of = site(api, who), create(api, "cases", customer=who, topic="troubleshooting")
    call = create(api, "contacts", customer=who, channel="phone", direction="in", started_at="2026-11-20T10:00:00Z")
    machine = create(api, "equipment", customer=who, model="Boiler")
    order = create(api, "work-orders", customer=who, site=where, case=of, equipment=machine, problem="It leaks.")
    person = create(api, "technicians", name="Anna", zone="Europe/Berlin")
    part = create(api, "parts", number="P-1", names=[{"language": "en", "text": "Pump"}], unit="piece")
    places = [create(api, "locations", kind=kind, name=kind) for kind in ("warehouse", "van")]
    window = {"window_start": "2026-11-20T10:00:00Z", "window_end": "2026-11-20T12:00:00Z"}
    visit = create(api, "visits", work_order=order, technician=person, **window)
    found = {"customer": who, "site": where, "case": of, "contact": call, "equipment": machine, "work_order": order}
    found |= {"technician": person, "part": part, "visit": visit}
    return {kind: [id] for kind, id in found.items()} | {"location": [*places, *map(str, VIRTUAL.values())]}


def fuzz(number: int, requests: int) -> Piece:
    """Send so many requests, drawn from this seed, to an API of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    warnings.simplefilter("ignore")
    cluster = Cluster()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        dsn = stack.enter_context(cluster.database(cluster.template()))
        services = stack.enter_context(services_on(dsn, folder))
        app = create_app(services)
        api = ApiClient(services, app.test_client())
        fuzzer, dice = Fuzzer(api, number), Random(number)
        fuzzer.known |= founded(api)
        schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
        operations: list[Any] = [cast("Any", one).ok() for one in schema.get_all_operations()]
        while sum(fuzzer.piece.statuses.values()) < requests:
            operation = dice.choice(operations)
            mode = (
                schemathesis.GenerationMode.POSITIVE if dice.random() < OFTEN else schemathesis.GenerationMode.NEGATIVE
            )
            _examples(operation.as_strategy(generation_mode=mode), dice.getrandbits(32), fuzzer)
            api.catch_up()
    return fuzzer.piece


def _examples(cases: Any, number: int, fuzzer: Fuzzer) -> None:
    @seed(number)
    @settings(
        max_examples=EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def asking(case: Any) -> None:
        fuzzer.ask(case)

    with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
        asking()


def _kind_of(path: str) -> str:
    """What a path is about: `work_order` for `/api/v1/work-orders/{id}/assign`."""
    noun = path.removeprefix("/api/v1").split("/")[1].replace("-", "_")
    return noun if noun == "equipment" else noun.removesuffix("s")


def _filled(path: str, parameters: dict[str, Any]) -> str:
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="", errors="surrogatepass"))
    return path


def _fits(text: str) -> bool:
    """Whether a header may hold this at all."""
    return text.isprintable() and text.isascii()

"""Fixtures of tests of the API: the whole application on a real database, and a client of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.services import Services
from callout.services import services_of
from domain.access.user import Role, User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from projections.catalogue import PROJECTIONS, ensure
from projections.engine.long_jobs import do_next_job
from projections.engine.projector import Projector
from projections.engine.views import Views
from store.access import Access
from store.blobs.folder import FolderPlace
from store.keyring import Keyring
from store.log import EventLog
from store.passwords import Passwords
from store.pool import ConnectionPool

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Settings:
    production: bool = False
    unsigned_devices: bool = True
    zone: str = "Europe/Berlin"
    most_bytes: int = 1024 * 1024
    patience: float = 0.5
    pool: int = 5
    threads: int = 40
    oldest_app: str = ""
    device_rate: int = 0
    device_burst: int = 1
    office_rate: int = 0
    metrics: str = "loopback"
    metrics_token: str = ""
    hosts: tuple[str, ...] = ()
    proxies: int = 0
    second_factor: str = "offered"
    origin: str = ""
    reauthenticate: int = 10


@dataclass
class ApiClient:
    """The application's services and test client, with requests as a user of any role."""

    services: Services
    client: FlaskClient
    tokens: dict[str, str] = field(default_factory=dict)

    def user(self, *roles: Role) -> UUID:
        """Register a user with these roles, who can sign in as `<roles>` with `PASSWORD`."""
        id, login = uuid4(), "-".join(roles)
        self.tokens[login] = self.signed_in(*roles, login=login, id=id)
        return id

    def signed_in(self, *roles: Role, login: str, id: UUID | None = None) -> str:
        """Register a user with these roles and sign in; the session's token."""
        id = id or uuid4()
        self.services.access.claim(id, login, PASSWORD)
        self.commit(User.register(id=id, login=login, name=f"The {login}", roles=roles))
        return self.services.access.sign_in(login, PASSWORD).token

    def app_client(self) -> FlaskClient:
        """Another test client, without the cookies of `client`."""
        return self.client.application.test_client()

    def commit(self, *entities: Any) -> int:
        """Commit the pending events of these entities; the last position."""
        work = self.services.log.work()
        work.add(Envelope(occurred_at=now()), *entities)
        many = len(work.events)
        return work.commit().base + many

    def catch_up(self) -> None:
        """Bring all views to the end of the log."""
        projector = Projector(self.services.projecting, PROJECTIONS)
        while projector.run_once():
            pass

    def run_jobs(self, asked: TestResponse) -> Any:
        """Run all jobs as the worker does; the state of the job that this reply (202) names."""
        assert asked.status_code == 202, asked.get_data()
        while do_next_job(self.services.projecting, PROJECTIONS):
            pass
        return self.ask("GET", asked.headers["Location"]).json

    def ask(self, method: str, path: str, *, role: Role = "admin", body: Any = None, **headers: str) -> TestResponse:
        """Send a request as a user with this role; header names are written with underscores."""
        if role not in self.tokens:
            self.user(role)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {self.tokens[role]}", **named}
        )

    def get(self, path: str, *, role: Role = "admin", **headers: str) -> TestResponse:
        """Send a GET after all views have caught up."""
        self.catch_up()
        return self.ask("GET", path, role=role, **headers)

    def post(self, path: str, body: Any = None, *, role: Role = "admin", **headers: str) -> TestResponse:
        """Send a POST."""
        return self.ask("POST", path, role=role, body=body, **headers)


@contextmanager
def services_on(database: str, folder: Path) -> Iterator[Services]:
    """The services below the API on this database, with cheap password hashing and blobs in the folder."""
    roles = ("callout_writer", "callout_projector", "callout_reader", "callout_keykeeper")
    pools = {role: ConnectionPool(database, role=role, size=5, timeout=5) for role in roles}
    keyring = Keyring(pools["callout_keykeeper"], os.urandom(32))
    log = EventLog(pools["callout_writer"], keyring)
    projecting = EventLog(pools["callout_projector"], keyring)
    ensure(projecting)
    views = Views(log, PROJECTIONS, pool=pools["callout_reader"])
    access = Access(log.pool, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    yield services_of(Settings(), log, projecting, views, access, place=FolderPlace(folder / "blobs"))
    views.close()
    for pool in pools.values():
        pool.close()


@pytest.fixture
def services(database: str, tmp_path: Path) -> Iterator[Services]:
    """The services below the API."""
    with services_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def api(services: Services) -> ApiClient:
    """A client of the application."""
    return ApiClient(services, create_app(services).test_client())

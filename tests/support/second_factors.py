"""Users with second factors: settings, an authenticator app, passkeys, and signing in with both steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from pyotp import TOTP
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.services import Services
from domain.kernel.instant import now
from store.second_factor_check import FactorCheck
from store.totp import STEP_SECONDS
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.authenticator import Authenticator

ORIGIN, SITE = "https://callout.example", "callout.example"


def served(services: Services, mode: str = "offered", origin: str = ORIGIN) -> ApiClient:
    log, settings = services.log, services.settings
    desk = FactorCheck(log.pool, log.body_mapper.keyring, mode=mode, origin=origin)
    changed: Any = settings
    made = replace(services, factors=desk, settings=replace(changed, second_factor=mode, origin=origin))
    return ApiClient(made, create_app(made).test_client())


class Clock:
    """The instant at which codes are made; a test sets it."""

    def __init__(self) -> None:
        self.at = now()

    def code(self, secret: str, steps: int = 0) -> str:
        return TOTP(secret).at(self.at + timedelta(seconds=steps * STEP_SECONDS))


def generation_of(api: ApiClient, user: UUID) -> UUID:
    """The present generation of a user's credentials."""
    [(found,)] = api.services.log.pool.fetch_all(
        "SELECT generation FROM access.passwords WHERE user_id = %s", (str(user),)
    )
    return UUID(str(found))


def code(reply: TestResponse) -> str:
    return str(reply.get_json()["type"]).rpartition("/")[2]


def begin(api: ApiClient, login: str = "agent") -> TestResponse:
    return api.app_client().post("/api/v1/sessions", json={"login": login, "password": PASSWORD})


def finish(api: ApiClient, first: TestResponse, **given: Any) -> TestResponse:
    body = {"pending": first.get_json()["pending"], **given}
    return api.app_client().post("/api/v1/sessions/second-factor", json=body)


def with_totp(api: ApiClient, clock: Clock, role: Any = "agent") -> tuple[str, list[str], str]:
    """A user with an app: its seed, the recovery codes, the factor's id."""
    made = api.post("/api/v1/me/totp", {"name": "Phone"}, role=role).get_json()
    body = {"code": clock.code(made["secret"], -1)}
    confirmed = api.post(f"/api/v1/me/totp/{made['id']}/confirm", body, role=role)
    assert confirmed.status_code == 200, confirmed.text
    return made["secret"], confirmed.get_json()["recovery_codes"], made["id"]


def with_passkey(api: ApiClient, role: Any = "agent", **kind: Any) -> Authenticator:
    asked = api.post("/api/v1/me/passkeys/challenge", role=role).get_json()
    made = Authenticator(kind.pop("origin", ORIGIN), kind.pop("site", SITE), **kind)
    body = {"pending": asked["pending"], "name": "Key", "passkey": made.make(asked["passkey"])}
    added = api.post("/api/v1/me/passkeys", body, role=role)
    assert added.status_code == 201, added.text
    return made

"""The services that views use; built once by `callout.services`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from commands.running.runner import Runner
from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.engine.views import Views
from store.access import Access
from store.blobs.vault import Vault
from store.device_access import DeviceAccess
from store.device_statuses import DeviceStatuses
from store.log import EventLog
from store.reset_codes import ResetCodes
from store.second_factor_check import FactorCheck
from store.security_log import SecurityLog

if TYPE_CHECKING:
    from api.http.address_limits import AddressLimits
    from sync.blobs import BlobIntake
    from sync.enrolment import EnrolmentService
    from sync.gate import Gate
    from sync.holding import Holding
    from sync.live import Live
    from sync.pull import Pull
    from sync.push import PushIntake
    from sync.salvage import Salvage
    from sync.verify import Verify


class ApiSettings(Protocol):
    """The settings that the API uses."""

    @property
    def production(self) -> bool:
        """Whether it serves other users than the developer, behind TLS."""

    @property
    def zone(self) -> str:
        """The IANA zone of the company."""

    @property
    def unsigned_devices(self) -> bool:
        """Whether devices without a key are accepted and trusted."""

    @property
    def most_bytes(self) -> int:
        """The largest request body."""

    @property
    def patience(self) -> float:
        """How many seconds a reader waits for a view to catch up."""

    @property
    def pool(self) -> int:
        """How many database connections a process has in each role."""

    @property
    def threads(self) -> int:
        """How many requests a process works on at once."""

    @property
    def oldest_app(self) -> str:
        """The oldest version of the app that may pull, empty for any."""

    @property
    def device_rate(self) -> int:
        """How many requests a minute a device may send to one process, 0 for any number."""

    @property
    def device_burst(self) -> int:
        """How many of them at once."""

    @property
    def office_rate(self) -> int:
        """How many requests a minute a user may send to one process, 0 for any number; half as many at once."""

    @property
    def metrics(self) -> str:
        """Who may read `/metrics` without its token: nobody (`off`), this machine (`loopback`), everybody (`open`)."""

    @property
    def metrics_token(self) -> str:
        """The token for `/metrics` from anywhere, empty for none."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names under which it is served, none for any; `.example.com` is a domain and all below it."""

    @property
    def proxies(self) -> int:
        """How many proxies in front add an address to `X-Forwarded-For`; 0 when the connection's own counts."""

    @property
    def second_factor(self) -> str:
        """Whether users may have (`offered`) or the office must have (`required`) a second factor, or `off`."""

    @property
    def origin(self) -> str:
        """The address of the pages, `https://callout.example`, for which passkeys are made; empty for none."""

    @property
    def reauthenticate(self) -> int:
        """For how many minutes after a proof of identity the sensitive routes may be used."""


class Past(Protocol):
    """Reads views as of the past."""

    def at(
        self, projections: Sequence[Projection], known_at: int | None = None, as_of: datetime | None = None
    ) -> AbstractContextManager[Reader]:
        """These views from the events up to position `known_at` that had happened by `as_of`; `None` is no limit."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services below the API. `log` signs in as the writer of the log, `projecting` as the projector of views."""

    settings: ApiSettings
    runner: Runner
    log: EventLog
    projecting: EventLog
    views: Views
    past: Past
    access: Access
    devices: DeviceAccess
    device_statuses: DeviceStatuses
    push: PushIntake
    salvage: Salvage
    holding: Holding
    pull: Pull
    verify: Verify
    live: Live
    gate: Gate
    enrolment: EnrolmentService
    blobs: BlobIntake
    vault: Vault
    factors: FactorCheck
    reset_codes: ResetCodes
    security: SecurityLog
    address_limits: AddressLimits


def services() -> Services:
    """The services of the current application."""
    return cast("Services", current_app.extensions["callout"])

"""The reference device on the whole application, in one process and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from sync.device import Device, Reply
from tests.api.conftest import ApiClient


class InProcessDevice:
    """An enrolled device of a technician; its clock is ahead of the machine's by `later`."""

    def __init__(self, api: ApiClient, technician: UUID, path: Path) -> None:
        self.api, self.later = api, timedelta(0)
        self.device = Device(
            str(path), "http://office", transport=self._transport, clock=self._clock, sleep=lambda _: None, tries=1
        )
        self.device.enrol(api.services.devices.issue_code(technician)[0], "phone")

    def _clock(self) -> datetime:
        return datetime.now().astimezone() + self.later

    def _transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, _: float) -> Reply:
        self.api.catch_up()
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        reply = self.api.client.open(target, method=method, headers=dict(headers), data=body)
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.data)

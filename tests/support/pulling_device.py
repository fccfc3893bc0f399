"""A device over the application's test client: pulls, keeps documents, computes its own digest."""

from __future__ import annotations

from hashlib import sha256
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import rfc8785
from werkzeug.test import TestResponse

from domain.access.device import Device
from domain.work.technician import Technician
from tests.api.conftest import ApiClient
from tests.support.memory_documents import digest, entry


class PullingDevice:
    """An enrolled device of a new technician."""

    def __init__(self, api: ApiClient, app_version: str = "1.4") -> None:
        self.api, self.technician = api, uuid4()
        code, _ = api.services.devices.issue_code(self.technician)
        enrolled = api.services.devices.enrol(code, str(uuid4()), app_version)
        self.id: UUID = enrolled.device
        self.token = api.services.devices.issue_tokens(*enrolled[:3]).access_token
        self.person = Technician.register(id=self.technician, name="Anna", zone="Europe/Berlin", language="de")
        device = Device.enrol(
            id=self.id, technician=self.technician, install_id="i", name="p", platform="t", app_version=app_version
        )
        api.commit(self.person, device)
        self.cursor: str | None = None
        self.documents: dict[tuple[bool, str, str], dict[str, Any]] = {}

    def ask(self, method: str, verb: str, **more: Any) -> TestResponse:
        """A request of this device."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.api.client.open(f"/sync/v1/{verb}", method=method, headers=headers, **more)

    def pull(self, wait: int = 0) -> dict[str, Any]:
        """One page of what has changed, stored."""
        self.api.catch_up()
        cursor = f"&cursor={self.cursor}" if self.cursor else ""
        reply = self.ask("GET", f"pull?wait={wait}{cursor}")
        assert reply.status_code == 200, reply.text
        body: Any = reply.json
        return self.store(body)

    def store(self, page: dict[str, Any]) -> dict[str, Any]:
        """Store a page and its cursor."""
        for change in page["changes"]:
            name = bool(change.get("shared")), change["type"], change["id"]
            if "gone" in change:
                self.documents.pop(name, None)
            else:
                self.documents[name] = change["body"]
        self.cursor = page["cursor"]
        return dict(page)

    def verify(self, **more: Any) -> TestResponse:
        """Send its leaf sums to `/verify`; the reply."""
        self.api.catch_up()
        body = {"cursor": self.cursor, "own": self.sums(shared=False), "shared": self.sums(shared=True)}
        return self.ask("POST", "verify", json=body | more)

    def heal(self, page: dict[str, Any]) -> None:
        """Apply the reply to a verification: drop the leaves that differ, store the page."""
        for name in list(self.documents):
            if leaf(name) in page["shared" if name[0] else "own"]:
                del self.documents[name]
        self.store(page)

    def sums(self, *, shared: bool) -> list[str]:
        """The sums of its leaves."""
        sums = [0] * 256
        for name, body in self.documents.items():
            if name[0] is shared:
                sums[leaf(name)] += entry(*name[1:], hash_of(body))
        return [f"{total % 2**128:032x}" for total in sums]

    def digests(self) -> dict[str, Any]:
        """Its own digests, in the form of those of a page."""
        found_digests = {}
        for kind, shared in (("own", False), ("shared", True)):
            found = digest([(*name[1:], hash_of(body)) for name, body in self.documents.items() if name[0] is shared])
            found_digests[kind] = {"count": found.count, "sum": found.sum}
        return found_digests

    def code(self, reply: TestResponse) -> tuple[int, str]:
        """Status and code of a problem."""
        problem: Any = reply.json
        return reply.status_code, problem["type"].rpartition("/")[2]


def hash_of(body: dict[str, Any]) -> str:
    """As docs/sync.md says it."""
    return sha256(rfc8785.dumps(body)).hexdigest()


def leaf(name: tuple[bool, str, str]) -> int:
    """The leaf of a document."""
    return sha256(f"{name[1]}\0{name[2]}".encode()).digest()[0]


def wait_idly(api: ApiClient, many: int) -> None:
    """Wait until so many requests wait for news and none of them holds a database connection."""
    services: Any = api.services
    pools = (services.log.pool, services.views._pool, services.projecting.pool)
    deadline = monotonic() + 20
    while services.live._documents._watch.waiting < many or any(pool.in_use for pool in pools):
        assert monotonic() < deadline, "a waiting request holds a connection"
        sleep(0.01)

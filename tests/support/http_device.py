"""A device in bare HTTP: numbers operations and sends them in any order, as often as a test wants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from tests.support.office_client import Answer, Json, OfficeClient

BATCH = 100


class HttpDevice:
    """One enrolled device. `send`, `pull` and `desk` return any reply; `push` must be answered with results."""

    def __init__(self, url: str, code: str) -> None:
        self.desk = OfficeClient(url)
        answer = self.desk.ask(
            "POST",
            "/sync/v1/devices",
            {"code": code, "install_id": str(uuid4()), "name": "handset", "platform": "bare"},
        )
        assert answer.status == 201, answer
        self.enrolled = answer.json()
        self.id = UUID(self.enrolled["device_id"])
        self.desk.token = self.enrolled["access_token"]
        self.seq = 0

    def operation(self, kind: str, data: Json, at: datetime | str, id: UUID | None = None, **more: Any) -> Json:
        """The next operation, numbered; `at` is the time by its clock."""
        self.seq += 1
        when = at if isinstance(at, str) else at.isoformat()
        made = {"id": str(id or uuid4()), "seq": self.seq, "type": kind, "v": 1, "at": when, "seen": 0, "data": data}
        return made | more

    def send(self, operations: Sequence[Json], **members: Any) -> Answer:
        """Push operations; any reply."""
        head = {"incarnation": self.enrolled["incarnation"], "now": datetime.now(UTC).isoformat()}
        return self.desk.ask("POST", "/sync/v1/push", head | {"operations": list(operations)} | members)

    def push(self, *operations: Json, **members: Any) -> Json:
        """Push operations that must each get a result; the body of the reply."""
        answer = self.send(operations, **members)
        assert answer.status == 200, answer
        body = answer.json()
        assert [result["id"] for result in body["results"]] == [operation["id"] for operation in operations]
        return body

    def pull(self, cursor: str | None = None, wait: int = 0) -> Answer:
        """Pull one page of changes; any reply."""
        asked = f"limit=500&wait={wait}" + (f"&cursor={cursor}" if cursor else "")
        return self.desk.ask("GET", f"/sync/v1/pull?{asked}")

    def everything(self) -> list[Json]:
        """All documents of a first download."""
        found, cursor = list[Json](), None
        while True:
            page = self.pull(cursor)
            assert page.status == 200, page
            body = page.json()
            found += body["changes"]
            cursor = body["cursor"]
            if not body["more"]:
                return found

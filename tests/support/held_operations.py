"""A company on the whole application with two phones of Anna and two of Boris, and operations that are held."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from domain.access.device import Device
from domain.kernel.instant import now
from tests.api.conftest import ApiClient
from tests.support.field_setup import Field, Phone, decide

Json = dict[str, Any]


class Company:
    """Anna's two phones and two of Boris's; held operations wait for `needed`, which the last phone sends."""

    def __init__(self, api: ApiClient) -> None:
        self.api, self.log = api, api.services.log
        self.field = Field(self.log)
        self.anna, self.second = Phone(self.log, self.field.anna), Phone(self.log, self.field.anna)
        self.boris, self.last = Phone(self.log, self.field.boris), Phone(self.log, self.field.boris)
        self.order = str(self.field.order())
        self.needed = self.last.operation("note_added", {"work_order": self.order, "text": "It has come."})

    def note(self, phone: Phone, text: str, **more: Any) -> Json:
        """A note of this phone about the work order."""
        return phone.operation("note_added", {"work_order": self.order, "text": text}, **more)

    def held(self, text: str = "the original", phone: Phone | None = None) -> Json:
        """Send a note that is held until `needed` has arrived."""
        made = self.note(phone or self.anna, text, needs=[self.needed["id"]])
        assert (phone or self.anna).result(made).status == "held"
        return made

    def arrive(self) -> None:
        """Send the operation that others wait for."""
        assert self.last.result(self.needed).status in ("applied", "conflicted")

    def settle(self, times: int = 1, *, later: timedelta = timedelta(0)) -> int:
        """Do the worker's rounds: views catch up, held operations are decided; how many were."""
        many = 0
        for _ in range(times):
            self.api.catch_up()
            many += self.api.services.holding.settle(now() + later)
        self.api.catch_up()
        return many

    def suspend(self, phone: Phone) -> None:
        """Suspend a phone."""
        decide(self.log, Device, phone.id, "suspend", "it behaves oddly")
        phone.status = "suspended"

    def texts(self) -> list[str]:
        """The texts of all notes in the log, in order."""
        rows = self.log.pool.fetch_all(
            "SELECT record FROM log.events WHERE topic = 'work_order.note_added' ORDER BY position"
        )
        return [event.data.text for event in self.log.reader.read([record for (record,) in rows])]

    def operations(self, query: str = "") -> list[Json]:
        """The operations that the office is shown, the oldest first."""
        found: Any = self.api.get(f"/api/v1/operations?limit=500{query}").json
        return list(reversed(found["items"]))

    def statuses(self) -> list[str]:
        """The status of each of them."""
        return [item["status"] for item in self.operations()]

    def documents(self) -> dict[str, Json]:
        """The `operation` documents of everybody, by id."""
        self.api.catch_up()
        rows = self.log.pool.fetch_all("SELECT id, entry::json -> 'body' FROM views.documents WHERE type = 'operation'")
        return dict(rows)

    def on_hand(self) -> Decimal:
        """The quantity of the part in the van."""
        self.api.catch_up()
        sql = "SELECT on_hand FROM views.stock WHERE location = %s AND part = %s"
        row = self.log.pool.fetch_one(sql, (str(self.field.van), str(self.field.part)))
        return Decimal(0) if row is None else row[0]


def contest(company: Company, phone: Phone, held: Json, text: str = "another text") -> Json:
    """Another operation of this phone under the id of a held one."""
    other = company.note(phone, text, id=held["id"])
    assert phone.result(other).status == "quarantined"
    return other

"""Set-up of journeys: an office with a dispatcher and a stock keeper, customers, work orders and parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from domain.stock.location import VIRTUAL
from tests.support.company import Company, Technician
from tests.support.office_client import Json


class Story:
    """Users of one company's office and their commands; methods that create return the id."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.dispatcher = company.desk("dispatcher", "agent")
        self.keeper = company.desk("stock_keeper")
        self._numbers = 0
        self.warehouse = self.keeper.post("locations", {"kind": "warehouse", "name": f"Warehouse {uuid4()}"})["id"]

    def customer(self, name: str = "Kastanienbaum", **more: Any) -> str:
        """Create a customer."""
        return self._id(self.dispatcher.post("customers", {"name": name, "phones": ["030 1234"], **more}))

    def case(self, customer: str, **more: Any) -> str:
        """Create a case of a customer, with a phone contact."""
        fields = {"channel": "phone", "customer": customer, "about": "It does not work."}
        contact = self._id(self.dispatcher.post("contacts", fields))
        opened = {"customer": customer, "topic": "troubleshooting", "contact": contact}
        return self._id(self.dispatcher.post("cases", opened | more))

    def job(self, technician: Technician, case: str | None = None, **more: Any) -> str:
        """Create a work order assigned to this technician."""
        whose = {"case": case} if case else {"customer": self.customer()}
        order = self._id(self.dispatcher.post("work-orders", whose | {"problem": "It leaks."} | more))
        self.dispatcher.post(f"work-orders/{order}/assign", {"technician": technician.id})
        return order

    def visit(self, order: str, technician: Technician) -> str:
        """Create a visit for a work order today, dispatched to the technician."""
        start = datetime.now(UTC) - timedelta(hours=4)
        window = {"window_start": start.isoformat(), "window_end": (start + timedelta(hours=2)).isoformat()}
        fields = {"work_order": order, "technician": technician.id, "zone": "Europe/Berlin"} | window
        visit = self._id(self.dispatcher.post("visits", fields))
        self.dispatcher.post(f"visits/{visit}/dispatch", {"technician": technician.id})
        return visit

    def part(self, name: str = "Pump", **more: Any) -> str:
        """Create a part."""
        self._numbers += 1
        fields = {
            "number": f"P-{self._numbers}-{uuid4().hex[:8]}",
            "names": [{"language": "en", "text": name}],
            "unit": "piece",
        }
        return self._id(self.keeper.post("parts", fields | more))

    def stock(self, location: str, part: str, quantity: str, **more: Any) -> None:
        """Move parts from the supplier through the warehouse to this location."""
        self.move("receipt", part, quantity, VIRTUAL["supplier"], self.warehouse, **more)
        if location != self.warehouse:
            self.move("transfer_out", part, quantity, self.warehouse, VIRTUAL["transit"], **more)
            self.move("transfer_in", part, quantity, VIRTUAL["transit"], location, **more)

    def move(self, kind: str, part: str, quantity: str, from_: Any, to: Any, **more: Any) -> Json:
        """Record one movement as the stock keeper; the reply."""
        fields = {"kind": kind, "part": part, "quantity": quantity, "from": str(from_), "to": str(to)}
        return self.keeper.post("stock-movements", fields | more)

    def on_hand(self, location: str, part: str, **when: Any) -> str | None:
        """The quantity in the book, `None` without a line."""
        self.keeper.position = max(self.keeper.position, self.dispatcher.position)
        lines = self.keeper.get("stock", location=location, part=part, **when)["items"]
        return lines[0]["on_hand"] if lines else None

    def open_discrepancies(self, **filters: Any) -> list[Json]:
        """All open discrepancies."""
        return list(self.dispatcher.every("discrepancies", open="true", **filters))

    @staticmethod
    def _id(reply: Json) -> str:
        return str(reply["id"])


def used(order: str, location: str, part: str, quantity: str = "1", **more: Any) -> Json:
    """The data of a part used."""
    fields = {"work_order": order, "location": location, "part": part, "quantity": quantity, "serials": []}
    return fields | more


def ago(minutes: float) -> datetime:
    """An instant that many minutes ago."""
    return datetime.now(UTC) - timedelta(minutes=minutes)

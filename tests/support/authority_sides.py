"""Two companies' worth of data: for each a technician with a phone, a customer, and everything they own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import UUID, uuid4

import rfc8785

from domain.kernel.instant import format_instant, now
from domain.stock.location import VIRTUAL
from domain.stock.stock_count import StockCount
from domain.work.visit import Visit
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, part, read
from tests.support.keyed_phone import Json, KeyedPhone

SECRET_TYPES = ("work_order", "visit", "stock", "technician", "location")
ENDED = ("completed", "cannot_complete", "closed", "cancelled")


class Side:
    """Everything of one technician and one customer; every text of theirs contains `word`."""

    def __init__(self, api: ApiClient, part_id: str) -> None:
        self.api, self.part, self.word, self.seq = api, part_id, f"word{uuid4().hex[:8]}", 0
        self.customer = customer(api, name=f"Ada {self.word}")
        self.site = command(
            api, f"customers/{self.customer}/add-site", zone="Europe/Berlin", address=f"{self.word} street"
        )["site"]
        self.technician = create(api, "technicians", name=f"T {self.word}", zone="Europe/Berlin")
        self.van = create(api, "locations", kind="van", name=f"Van {self.word}")
        command(api, f"technicians/{self.technician}/assign-van", location=self.van)
        self.case = case(api, self.customer)
        self.contact = create(api, "contacts", channel="phone", about=self.word, customer=self.customer)
        self.machine = create(api, "equipment", model=f"M {self.word}", customer=self.customer)
        command(api, f"equipment/{self.machine}/install", site=self.site, customer=self.customer)
        about = {"case": self.case, "problem": self.word, "equipment": self.machine, "site": self.site}
        self.order = create(api, "work-orders", **about)
        command(api, f"work-orders/{self.order}/assign", technician=self.technician)
        self.idle, self.visit = self._visit(), self._visit()
        command(api, f"visits/{self.visit}/dispatch", technician=self.technician)
        filling = {"kind": "transfer_in", "part": part_id, "quantity": "10", "from": str(VIRTUAL["transit"])}
        self.movement = create(api, "stock-movements", **filling, to=self.van)
        self.phone = KeyedPhone(api)
        self.phone.enrol(self.code())
        self.enrolment = self.phone.sent
        self.count, self.photo = str(uuid4()), sha256(self.word.encode()).hexdigest()
        self._work()
        self.phone.refresh()
        self.token_request = self.phone.sent

    def _visit(self) -> str:
        start = now() + timedelta(hours=1)
        window = {"window_start": format_instant(start), "window_end": format_instant(start + timedelta(hours=2))}
        return create(self.api, "visits", work_order=self.order, **window)

    def _work(self) -> None:
        """Send what the technician's own phone has recorded."""
        self.used = str(uuid4())
        use = {"work_order": self.order, "location": self.van, "part": self.part, "quantity": "1"}
        assert self.send("part_used", use, id=self.used) == "applied"
        self.note = str(uuid4())
        assert self.send("note_added", {"work_order": self.order, "text": self.word}, id=self.note) == "applied"
        seen = {"location": self.van, "part": self.part, "quantity": "9", "count": self.count}
        assert self.send("stock_counted", seen) == "applied"
        picture = {"sha256": self.photo, "size": len(self.word), "media_type": "image/png"}
        assert self.send("photo_taken", {"work_order": self.order, **picture}) == "applied"

    def code(self) -> str:
        """An enrolment code for a phone of theirs."""
        return self.api.services.devices.issue_code(UUID(self.technician))[0]

    def send(self, type_: str, data: Json, **more: Any) -> str:
        """Push one signed operation; its status and the codes of its notices and problem, joined by spaces."""
        self.seq += 1
        made_ = {"id": str(uuid4()), "type": type_, "v": 1, "at": format_instant(now()), "data": data, "seen": 0} | more
        proof = self.phone.proof("callout operation", sha256(rfc8785.dumps(cast("Any", made_))).hexdigest())
        operation = made_ | {"seq": self.seq, "signature": proof}
        body = {"incarnation": 1, "now": format_instant(now()), "operations": [operation]}
        reply = self.phone.ask("POST", "push", json=body)
        if reply.status_code != 200:
            return str(reply.status_code)
        [result] = reply.json["results"]
        codes = [notice["code"] for notice in result["notices"]]
        if result.get("problem"):
            codes.append(result["problem"]["type"].rpartition("/")[2])
        return " ".join([result["status"], *codes])

    def ask(self, path: str, **body: Any) -> str:
        """Give a command of the office; the HTTP status, and the problem's code if it is refused."""
        return answer(self.api.post(f"/api/v1/{path}", body))

    def pulled(self) -> list[Json]:
        """All documents that the phone gets by a pull."""
        self.api.catch_up()
        reply = self.phone.ask("GET", "pull?limit=1000")
        return list(reply.json["changes"]) if reply.status_code == 200 else []

    def ids(self) -> set[str]:
        """The ids of their things."""
        return {self.customer, self.technician, self.van, self.order, self.visit, self.idle, self.site, self.machine}

    def state(self) -> Json:
        """The state that only the office and this technician's own phone may change."""
        work, services = self.api.services.log.work(), self.api.services
        order = read(self.api, f"work-orders/{self.order}")
        visits = [work.get(Visit, UUID(id)) for id in (self.visit, self.idle)]
        count = work.find(StockCount, UUID(self.count))
        device = UUID(self.phone.credentials["device_id"])
        return {
            "order": _some(order, "technician", "customer", "case_id") | {"ended": order["status"] in ENDED},
            "visits": [(visit.technician, visit.status) for visit in visits],
            "customer": _some(read(self.api, f"customers/{self.customer}"), "name", "phones", "sites", "merged_into"),
            "case": _some(read(self.api, f"cases/{self.case}"), "customer", "status"),
            "contact": _some(read(self.api, f"contacts/{self.contact}"), "customer", "case", "status"),
            "machine": _some(read(self.api, f"equipment/{self.machine}"), "customer", "site"),
            "van": _some(read(self.api, f"locations/{self.van}"), "custodian", "retired"),
            "taken back": [
                read(self.api, f"stock-movements/{id}")["corrected_by"] for id in (self.movement, self.used)
            ],
            "count": count and (count.location, count.counters),
            "device": services.devices.keyholder(device),
            "standing": services.device_statuses.of([device])[device]["standing"],
        }


def answer(reply: Any) -> str:
    """Status and, where it is refused, code of a reply."""
    problem = str((reply.json or {}).get("type", "")) if reply.is_json else ""
    return f"{reply.status_code} {problem.rpartition('/')[2]}".strip()


def leaks(mine: Side, theirs: Side) -> list[str]:
    """What my phone gets although it is theirs: their texts, or documents about their things."""
    found = []
    for change in mine.pulled():
        if theirs.word in str(change):
            found.append(f"their word in {change['type']}")
        if change["type"] in SECRET_TYPES and theirs.ids() & set(str(change["id"]).split("/")):
            found.append(f"their {change['type']}")
    return found


def two_sides(api: ApiClient) -> tuple[Side, Side]:
    """Two sides that share a part."""
    pump = part(api, number=f"P-{uuid4().hex[:6]}")
    return Side(api, pump), Side(api, pump)


def _some(shown: Json, *names: str) -> Json:
    return {name: shown[name] for name in names if name in shown}


def worst(outcomes: Iterable[str], expected: str) -> str:
    """The first outcome that is not the expected one, or that one."""
    return next((each for each in outcomes if each != expected), expected)

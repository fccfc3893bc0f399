"""The history of one customer; each text in it is a word that occurs nowhere else."""

from __future__ import annotations

from itertools import count

from tests.support.company import Company
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json
from tests.support.story import Story, ago, used


class CustomerHistory:
    """One customer and all texts by or about them; each text is a word that occurs nowhere else."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.story = Story(company)
        self.anna = company.hire("Anna")
        self.boris = company.hire("Boris")
        self.texts: dict[str, str] = {}
        self._number = count(1)
        self.customer = self.registered()
        self.orders: list[str] = []

    def word(self, where: str) -> str:
        """A new unique word; `where` says what it is used for."""
        word = f"Zwiebelfisch{next(self._number):03}x"
        self.texts[word] = where
        return word

    def registered(self) -> str:
        customer = self.story.customer(
            self.word("name"), phones=[self.word("phone")], email=f"{self.word('email')}@example.org"
        )
        self.post(f"customers/{customer}/change", {"name": self.word("changed name")})
        site = self.post(
            f"customers/{customer}/add-site",
            {"zone": "Europe/Berlin", "address": self.word("address"), "access_notes": self.word("access notes")},
        )["site"]
        self.post(f"customers/{customer}/change-site", {"site": site, "address": self.word("changed address")})
        return customer

    def post(self, path: str, body: Json) -> Json:
        return self.story.dispatcher.post(path, body, key=f"key {next(self._number)}")

    def calls(self) -> str:
        """They call twice, first as an unknown caller; a case is opened."""
        unknown = self.post("contacts", {"channel": "phone", "about": self.word("unknown caller")})["id"]
        self.post(f"contacts/{unknown}/set-reason", {"reason": self.word("unknown caller's reason")})
        fields = {"channel": "email", "customer": self.customer, "about": self.word("about")}
        contact = self.post("contacts", fields | {"reason": self.word("reason"), "message_id": "<1@example.org>"})["id"]
        case = self.post("cases", {"customer": self.customer, "topic": "troubleshooting", "contact": contact})["id"]
        self.post(f"contacts/{unknown}/link", {"case": case})
        return str(case)

    def office_writes(self, case: str) -> str:
        """The texts that the office records about the job."""
        order = self.story.job(self.anna, case, problem=self.word("problem"))
        self.orders.append(order)
        part = self.story.part()
        self.post(f"work-orders/{order}/require-part", {"part": part, "quantity": "1", "why": self.word("why")})
        self.post(f"work-orders/{order}/hold", {"reason": "access", "note": self.word("hold note")})
        self.post(f"work-orders/{order}/resume", {})
        codes = {"problem": "leak", "cause": "seal", "remedy": "replace"}
        self.post(f"work-orders/{order}/diagnose", codes | {"note": self.word("office diagnosis")})
        self.post(f"work-orders/{order}/add-note", {"text": self.word("office note")})
        refused = self.story.dispatcher.ask(
            "POST", f"/api/v1/work-orders/{order}/reopen", {"reason": self.word("refused")}, Idempotency_Key="refused"
        )
        assert refused.status == 409, refused
        return order

    def technician_writes(self, order: str) -> None:
        """The texts that Anna's device sends, some of them in operations that the server cannot parse."""
        visit, part = self.story.visit(order, self.anna), self.story.part()
        phone = self.company.device(self.anna)
        of_order, codes = {"work_order": order}, {"problem": "leak", "cause": "seal", "remedy": "replace"}
        conversation = {"customer": self.customer, "reason": self.word("spoke"), "summary": self.word("summary")}
        wish = {
            "name": {"from": "somebody else", "to": self.word("wish")},
            "email": {"from": "x", "to": self.word("mail")},
        }
        removed = {
            "location": self.anna.van,
            "part": part,
            "quantity": "1",
            "serials": [],
            "reason": self.word("removed"),
        }
        signed = {"sha256": "0" * 64, "size": 9, "media_type": "image/png", "signer": self.word("signer")}
        phone.record("diagnosed", of_order | codes | {"note": self.word("diagnosis")}, ago(60))
        phone.record("note_added", of_order | {"text": self.word("note")}, ago(59))
        phone.record("customer_spoke", of_order | conversation, ago(58))
        phone.record("change_customer_details", {"customer": self.customer, "changes": wish}, ago(57))
        phone.record("part_removed", of_order | removed, ago(56))
        phone.record("signed", {"visit": visit} | signed, ago(55))
        phone.record("visit_not_done", {"visit": visit, "reason": self.word("not done")}, ago(54))
        phone.record("cannot_complete", of_order | {"reason": self.word("cannot")}, ago(53))
        survey = {"csat": 1, "solved": False, "comment": self.word("comment")}
        phone.record("satisfaction_recorded", of_order | survey, ago(52))
        phone.record("note_sung", of_order | {"text": self.word("not understood")}, ago(51))
        phone.record("note_added", of_order | {"text": [self.word("wrong type")]}, ago(50))
        phone.record("part_used", used(order, self.anna.van, part), ago(49))
        back = next(one["id"] for one in phone.outbox() if one["type"] == "note_added")
        phone.record("fact_corrected", {"operation": back, "reason": self.word("taken back")}, ago(48))
        results = [*phone.sync().results, *self.garbled(order)]
        assert {result["status"] for result in results} <= {"applied", "conflicted", "quarantined"}
        self.story.dispatcher.position = max(max(result["positions"]) for result in results)

    def garbled(self, order: str) -> list[Json]:
        """Operations of a broken app about the job; their results."""
        handset = HttpDevice(self.company.url, self.company.code(self.anna))
        operations = [
            handset.operation("note_added", {"work_order": order, "text": self.word("no time")}, "yesterday"),
            handset.operation("note_added", {"work_order": order, "text": self.word("no version")}, ago(47))
            | {"v": "x"},
            handset.operation("note_added", {"work_order": order, "text": "x"}, self.word("time")),
            handset.operation("work_completed", {"work_order": order, "fixed": self.word("no choice")}, ago(46)),
            handset.operation("visit_not_done", {"visit": self.word("no id"), "reason": order}, ago(45)),
            handset.operation("part_used", used(order, self.anna.van, order, self.word("quantity")), ago(44)),
        ]
        wish = {"customer": self.customer, "changes": {self.word("no field"): {"from": "", "to": ""}}}
        operations.append(handset.operation("change_customer_details", wish, ago(43)))
        results: list[Json] = handset.push(*operations)["results"]
        return results

    def office_ends(self, case: str, order: str) -> None:
        """The job goes to Boris, is called off, and the case is closed with what is open waived."""
        self.post(f"work-orders/{order}/reopen", {"reason": self.word("reopened")})
        self.post(f"work-orders/{order}/assign", {"technician": self.boris.id})
        self.post(f"work-orders/{order}/cancel", {"reason": self.word("cancelled")})
        visit = self.story.visit(self.story.job(self.boris, case, problem=self.word("second problem")), self.boris)
        self.post(f"visits/{visit}/decline", {"technician": self.boris.id, "reason": "ill"})
        self.post(f"visits/{visit}/cancel", {"reason": self.word("visit cancelled")})
        self.post(f"cases/{case}/resolve", {"resolution": self.word("resolution")})
        end = {"outcome": "unsatisfied_final", "basis": "spoken", "waiver": self.word("waiver")}
        self.post(f"cases/{case}/close", end)

"""Attempts on other users' data, one row of the table each; each returns its outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from tests.support.api_steps import command, create
from tests.support.authority_sides import Side, answer
from tests.support.keyed_phone import KeyedPhone

PICTURE = {"sha256": "a" * 64, "size": 1, "media_type": "image/png"}
STEPS: dict[str, dict[str, Any]] = {
    "visit_accepted": {},
    "travel_started": {},
    "arrived": {},
    "work_paused": {},
    "work_resumed": {},
    "visit_done": {},
    "visit_not_done": {"reason": "no_access"},
    "signed": PICTURE,
}
ORDER_FACTS: dict[str, dict[str, Any]] = {
    "diagnosed": {"problem": "p", "cause": "c", "remedy": "r"},
    "labour_recorded": {"minutes": 5, "kind": "work"},
    "note_added": {"text": "a word of mine"},
    "photo_taken": PICTURE,
    "work_completed": {"fixed": "yes"},
    "cannot_complete": {"reason": "no part"},
    "satisfaction_recorded": {"csat": 1, "solved": False},
}


def steps(mine: Side, theirs: Side) -> Iterator[str]:
    for type_, data in STEPS.items():
        yield mine.send(type_, {"visit": theirs.visit, **data})


def accept(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.send("visit_accepted", {"visit": theirs.idle})


def order_facts(mine: Side, theirs: Side) -> Iterator[str]:
    for type_, data in ORDER_FACTS.items():
        yield mine.send(type_, {"work_order": theirs.order, **data})
    for type_ in ("part_used", "part_removed", "part_scrapped"):
        yield mine.send(type_, _line(mine) | {"work_order": theirs.order, "reason": "worn"})


def order_requests(mine: Side, theirs: Side) -> Iterator[str]:
    for type_ in ("close_work_order", "request_visit"):
        yield mine.send(type_, {"work_order": theirs.order})


def decline(mine: Side, theirs: Side) -> Iterator[str]:
    for visit in (theirs.visit, theirs.idle):
        yield mine.send("decline_visit", {"visit": visit})


def details(mine: Side, theirs: Side) -> Iterator[str]:
    changes = {"email": {"from": "erika@example.org", "to": "mallory@example.org"}}
    yield mine.send("change_customer_details", {"customer": theirs.customer, "changes": changes})


def spoke(mine: Side, theirs: Side) -> Iterator[str]:
    fields = {"reason": "why", "summary": "what"}
    assert mine.send("customer_spoke", {"customer": theirs.customer, **fields}) == "applied", "a fact about anybody"
    yield mine.send("customer_spoke", {"customer": mine.customer, "work_order": theirs.order, **fields})


def moves(mine: Side, theirs: Side) -> Iterator[str]:
    line = _line(theirs)
    for type_ in ("part_removed", "part_scrapped"):
        yield mine.send(type_, line | {"reason": "worn"})
    for type_ in ("part_sent", "part_received"):
        yield mine.send(type_, line | {"counterparty": mine.van})
    yield mine.send("stock_counted", line)


def count(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.send("stock_counted", _line(mine) | {"count": theirs.count})


def use_in_their_visit(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.send("part_used", _line(mine) | {"work_order": mine.order, "visit": theirs.visit})


def corrections(mine: Side, theirs: Side) -> Iterator[str]:
    for operation in (theirs.used, theirs.note, theirs.movement, theirs.order, theirs.visit):
        yield mine.send("fact_corrected", {"operation": operation})


def same_id(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.send("note_added", {"work_order": mine.order, "text": "x"}, id=theirs.note)


def bytes_of_photo(mine: Side, theirs: Side) -> Iterator[str]:
    yield answer(mine.phone.ask("GET", f"blobs/{theirs.photo}"))
    offset = {"Authorization": f"Bearer {mine.phone.credentials['access_token']}", "Upload-Offset": "0"}
    put = mine.api.client.put(f"/sync/v1/blobs/{theirs.photo}", headers=offset, data=b"x")
    yield answer(put)


def their_installation(mine: Side, theirs: Side) -> Iterator[str]:
    yield answer(KeyedPhone(mine.api, theirs.phone.install_id).enrol(mine.code()))
    named = {"install_id": theirs.phone.install_id, "name": "x"}
    yield answer(mine.api.client.post("/sync/v1/devices", json=named | {"code": mine.code()}))


def replayed_refresh(mine: Side, theirs: Side) -> Iterator[str]:
    yield answer(mine.api.client.post("/sync/v1/token", json=theirs.token_request))


def replayed_enrolment(mine: Side, theirs: Side) -> Iterator[str]:
    yield answer(mine.api.client.post("/sync/v1/devices", json=theirs.enrolment))


def of_nobody_here(mine: Side, theirs: Side) -> Iterator[str]:
    del theirs
    gone, phone = create(mine.api, "technicians", name="Gone", zone="Europe/Berlin"), KeyedPhone(mine.api)
    phone.enrol(mine.api.services.devices.issue_code(UUID(gone))[0])
    command(mine.api, f"technicians/{gone}/deactivate")
    yield answer(phone.ask("GET", "pull"))


def phone_at_the_office(mine: Side, theirs: Side) -> Iterator[str]:
    headers = {"Authorization": f"Bearer {mine.phone.credentials['access_token']}"}
    for path in (f"customers/{theirs.customer}", f"work-orders/{theirs.order}", "users"):
        yield answer(mine.api.client.get(f"/api/v1/{path}", headers=headers))


def cases(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask("cases", customer=mine.customer, topic="troubleshooting", contact=theirs.contact)
    yield mine.ask(f"cases/{mine.case}/reopen", by_contact=theirs.contact)
    yield mine.ask(f"cases/{theirs.case}/merge", into=mine.case)


def orders_with_machines(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask("work-orders", customer=mine.customer, problem="x", equipment=theirs.machine)
    yield mine.ask("work-orders", case=mine.case, problem="x", equipment=theirs.machine)


def orders_with_cases(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask("work-orders", customer=mine.customer, case=theirs.case, problem="x")


def movements(mine: Side, theirs: Side) -> Iterator[str]:
    line = {"kind": "consumption", "part": mine.part, "quantity": "1", "from": mine.van}
    yield mine.ask("stock-movements", **line, to=theirs.machine, work_order=mine.order)


def movement_in_visit(mine: Side, theirs: Side) -> Iterator[str]:
    line = {"kind": "consumption", "part": mine.part, "quantity": "1", "from": mine.van}
    yield mine.ask("stock-movements", **line, visit=theirs.visit, work_order=mine.order)


def sites(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask("work-orders", customer=mine.customer, problem="x", site=theirs.site)
    yield mine.ask(f"equipment/{mine.machine}/install", customer=mine.customer, site=theirs.site)
    yield mine.ask(f"equipment/{mine.machine}/move", site=theirs.site)
    yield mine.ask(f"customers/{mine.customer}/change-site", site=theirs.site, address="moved")


def add_site(mine: Side, theirs: Side) -> Iterator[str]:
    for taken in (theirs.site, theirs.customer):
        yield mine.ask(f"customers/{mine.customer}/add-site", site=taken, zone="Europe/Berlin", address="moved")


def create_under_taken_id(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask("customers", id=theirs.site, name="Mallory")
    yield mine.ask("equipment", id=theirs.site, model="B-200")


def as_agent(mine: Side, theirs: Side) -> Iterator[str]:
    api = mine.api
    for path, body in (
        (f"users/{uuid4()}/disable", {}),
        (f"users/{uuid4()}/set-roles", {"roles": ["admin"]}),
        (f"users/{uuid4()}/set-password", {"password": "another horse battery staple"}),
        (f"technicians/{theirs.technician}/enrolments", {}),
    ):
        yield answer(api.post(f"/api/v1/{path}", body, role="agent"))


def _line(whose: Side) -> dict[str, Any]:
    return {"location": whose.van, "part": whose.part, "quantity": "1"}

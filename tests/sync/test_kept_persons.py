"""Issue 8, 25: the signed text of every operation that holds words is sealed for whom they are about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.work.visit import Visit
from tests.support.field_setup import Field, Phone, decide

Json = dict[str, Any]
WORDS = "Frau Kastanienbaum"


def persons(field: Field, operation: Json) -> list[UUID]:
    """Whom the kept text of an operation is sealed for."""
    [(found,)] = field.log.pool.fetch_all(
        "SELECT persons FROM log.signed_texts WHERE operation = %s", (operation["id"],)
    )
    return list(found)


def about(field: Field, name: str) -> Json:
    """The data of an operation with words, about a work order and a visit of the customer."""
    order = field.order()
    visit, part = str(field.visit(order)), field.use(order)
    moved = {name: part[name] for name in ("location", "part", "quantity")}
    picture = {"sha256": "0" * 64, "size": 1, "media_type": "image/png"}
    data: dict[str, Json] = {
        "visit_not_done": {"visit": visit, "reason": "not_fixed", "note": WORDS},
        "signed": {"visit": visit, "signer": WORDS} | picture,
        "decline_visit": {"visit": visit, "reason": WORDS},
        "request_visit": {"work_order": str(order), "reason": WORDS},
        "diagnosed": {"work_order": str(order), "problem": "p", "cause": "c", "remedy": "r", "note": WORDS},
        "note_added": {"work_order": str(order), "text": WORDS},
        "cannot_complete": {"work_order": str(order), "reason": WORDS},
        "satisfaction_recorded": {"work_order": str(order), "csat": 1, "solved": False, "comment": WORDS},
        "customer_spoke": {"customer": str(field.customer), "reason": "praise", "summary": WORDS},
        "part_removed": moved | {"work_order": str(order), "reason": WORDS},
        "part_scrapped": moved | {"work_order": str(order), "reason": WORDS},
        "change_customer_details": {
            "customer": str(field.customer),
            "changes": {"name": {"from": "Kastanienbaum", "to": WORDS}},
        },
    }
    return data[name]


@pytest.mark.parametrize(
    "name",
    ["visit_not_done", "signed", "decline_visit", "request_visit", "diagnosed", "note_added", "cannot_complete",
     "satisfaction_recorded", "customer_spoke", "part_removed", "part_scrapped", "change_customer_details"],
)  # fmt: skip
def test_words_of_every_operation_go_with_the_customer(field: Field, phone: Phone, name: str) -> None:
    operation = phone.operation(name, about(field, name))

    assert phone.result(operation).status in ("applied", "conflicted")
    assert persons(field, operation) == [field.customer]


@pytest.mark.parametrize("name", ["visit_not_done", "note_added", "part_removed", "satisfaction_recorded"])
def test_words_of_a_correction_go_with_the_customer(field: Field, phone: Phone, name: str) -> None:
    """A movement names its customer in what it moved."""
    operation = phone.operation(name, about(field, name))
    phone.send(operation)
    corrected = {"operation": operation["id"], "reason": WORDS}

    for _ in range(2):  # the second one takes back what has been taken back
        operation = phone.operation("fact_corrected", corrected)
        result = phone.result(operation)

        if result.status != "quarantined":
            assert persons(field, operation) == [field.customer]


@pytest.mark.parametrize("why", ["over", "theirs", "group"])
def test_words_of_a_refused_request_go_with_the_customer(field: Field, phone: Phone, other: Phone, why: str) -> None:
    """Of a refused `decline_visit` nothing but the visit has been read, which names its customer too."""
    data = about(field, "decline_visit")
    if why == "over":
        decide(field.log, Visit, UUID(data["visit"]), "cancel", "customer_cancelled")
    sender, group = (other, None) if why == "theirs" else (phone, "g" if why == "group" else None)
    operation = sender.operation("decline_visit", data, group=group)
    more = [sender.operation("close_work_order", {"work_order": str(field.order(field.boris))}, group="g")]

    results = sender.send(operation, *(more if why == "group" else ())).results

    assert results[0].status == "rejected"
    assert persons(field, operation) == [field.customer]

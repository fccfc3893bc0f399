"""What another system calls a thing is kept, shown and found. Issue 9, 15."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import House
from tests.support.api_steps import case, customer, items, made, read

REF = {"system": "Old desk", "id": "K-00017 / ä"}


def searched(house: House, question: str) -> list[str]:
    """The ids of all that is found."""
    return [row["id"] for row in items(house, f"search?q={quote(question)}")]


def thing(house: House, noun: str) -> str:
    """Something with an external reference."""
    if noun == "customers":
        return customer(house, external_ref=REF)
    if noun == "cases":
        return case(house, customer(house), external_ref=REF)
    bodies: dict[str, dict[str, Any]] = {
        "contacts": {"channel": "phone"},
        "equipment": {"model": "WM 1", "serial": "S-1"},
        "parts": {"number": "P-1", "names": [{"language": "en", "text": "Pump"}]},
    }
    body = {"customer": customer(house)} if noun == "work-orders" else bodies[noun]
    return made(house, noun, external_ref=REF, **body)


@pytest.mark.parametrize("noun", ["customers", "cases", "contacts", "work-orders", "equipment", "parts"])
def test_what_another_system_calls_a_thing_is_shown_and_found(house: House, noun: str) -> None:
    id = thing(house, noun)

    assert read(house, f"{noun}/{id}")["external_ref"] == REF
    found = items(house, f"{noun}?external_ref=K-00017%20/%20%C3%A4")
    assert [row["id"] for row in found] == [id]
    assert items(house, f"{noun}?external_ref=K-00018") == []


@pytest.mark.parametrize("noun", ["customers", "cases", "work-orders", "equipment", "parts"])
@pytest.mark.parametrize("question", ["K-00017 / ä", "k00017", "17 k"])
def test_the_search_knows_what_another_system_calls_a_thing(house: House, noun: str, question: str) -> None:
    id = thing(house, noun)

    assert id in searched(house, question)
    assert searched(house, "K-00018") == []


@pytest.mark.parametrize("wrong", [{"system": "x"}, {"id": "x"}, "x", {"system": "", "id": "x"}, {**REF, "more": 1}])
def test_a_reference_has_a_system_and_an_id(house: House, wrong: Any) -> None:
    assert house.post("/api/v1/contacts", {"channel": "phone", "external_ref": wrong}).status_code == 400


def test_a_forgotten_customer_is_not_found_by_it(house: House) -> None:
    id = thing(house, "customers")
    assert house.post(f"/api/v1/customers/{id}/erase", {}, role="admin").status_code == 200

    assert items(house, "customers?external_ref=K-00017%20/%20%C3%A4") == []
    assert searched(house, "K-00017") == []

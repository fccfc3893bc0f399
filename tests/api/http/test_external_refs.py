"""What another system calls a thing is kept, shown and found. Issue 9, 15."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import case, create, customer, items, read

REF = {"system": "Old desk", "id": "K-00017 / ä"}


def searched(api: ApiClient, question: str) -> list[str]:
    """The ids of all that is found."""
    return [row["id"] for row in items(api, f"search?q={quote(question)}")]


def thing(api: ApiClient, noun: str) -> str:
    """Something with an external reference."""
    if noun == "customers":
        return customer(api, external_ref=REF)
    if noun == "cases":
        return case(api, customer(api), external_ref=REF)
    bodies: dict[str, dict[str, Any]] = {
        "contacts": {"channel": "phone"},
        "equipment": {"model": "WM 1", "serial": "S-1"},
        "parts": {"number": "P-1", "names": [{"language": "en", "text": "Pump"}]},
    }
    body = {"customer": customer(api)} if noun == "work-orders" else bodies[noun]
    return create(api, noun, external_ref=REF, **body)


@pytest.mark.parametrize("noun", ["customers", "cases", "contacts", "work-orders", "equipment", "parts"])
def test_what_another_system_calls_a_thing_is_shown_and_found(api: ApiClient, noun: str) -> None:
    id = thing(api, noun)

    assert read(api, f"{noun}/{id}")["external_ref"] == REF
    found = items(api, f"{noun}?external_ref=K-00017%20/%20%C3%A4")
    assert [row["id"] for row in found] == [id]
    assert items(api, f"{noun}?external_ref=K-00018") == []


@pytest.mark.parametrize("noun", ["customers", "cases", "work-orders", "equipment", "parts"])
@pytest.mark.parametrize("question", ["K-00017 / ä", "k00017", "17 k"])
def test_the_search_knows_what_another_system_calls_a_thing(api: ApiClient, noun: str, question: str) -> None:
    id = thing(api, noun)

    assert id in searched(api, question)
    assert searched(api, "K-00018") == []


@pytest.mark.parametrize("wrong", [{"system": "x"}, {"id": "x"}, "x", {"system": "", "id": "x"}, {**REF, "more": 1}])
def test_a_reference_has_a_system_and_an_id(api: ApiClient, wrong: Any) -> None:
    assert api.post("/api/v1/contacts", {"channel": "phone", "external_ref": wrong}).status_code == 400


def test_a_forgotten_customer_is_not_found_by_it(api: ApiClient) -> None:
    id = thing(api, "customers")
    assert api.post(f"/api/v1/customers/{id}/erase", {}, role="admin").status_code == 200

    assert items(api, "customers?external_ref=K-00017%20/%20%C3%A4") == []
    assert searched(api, "K-00017") == []

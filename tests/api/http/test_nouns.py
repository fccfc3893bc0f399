"""Rules that all nouns of the API share, tested on each of them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import create, customer, part, place, technician

SOME: Final = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"
WINDOW: Final = {"window_start": "2026-01-06T09:00:00Z", "window_end": "2026-01-06T11:00:00Z"}
WHY: Final = {"reason": "x"}
WHO: Final = {"technician": SOME}

NEEDED: Final[dict[str, set[str]]] = {
    "customers": {"name"},
    "contacts": {"channel"},
    "cases": {"customer", "topic"},
    "equipment": {"model"},
    "work-orders": set(),
    "visits": {"work_order", "window_start", "window_end"},
    "locations": {"kind", "name"},
    "stock-movements": {"kind", "part", "quantity"},
}
"""What a new one of each noun must say."""

COMMANDS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "customers": {
        "change": {"name": "x"},
        "add-site": {"address": "x", "zone": "UTC"},
        "change-site": {"site": SOME},
        "merge": {"into": SOME},
        "erase": {},
    },
    "contacts": {
        "set-reason": WHY,
        "link": {"case": SOME},
        "confirm-cause": {"demand": "value", "cause": "x", "basis": "x"},
        "answer": {},
        "mark-duplicate": {"of": SOME},
    },
    "cases": {
        "wait": {"on": "parts"},
        "resolve": {},
        "reopen": {},
        "close": {"outcome": "satisfied", "basis": "survey"},
        "merge": {"into": SOME},
    },
    "equipment": {
        "install": {"site": SOME, "customer": SOME},
        "set-warranty": {"from": "2026-01-01", "until": "2026-01-02", "terms": "x"},
        "move": {"site": SOME},
        "change-owner": {"customer": SOME},
        "retire": WHY,
    },
    "work-orders": {
        "assign": WHO,
        "require-part": {"part": SOME, "quantity": "1"},
        "diagnose": {"problem": "x", "cause": "x", "remedy": "x"},
        "hold": {"reason": "parts"},
        "resume": {},
        "record-labour": {"minutes": 1, "kind": "work"},
        "complete": {"fixed": "yes"},
        "cannot-complete": WHY,
        "reopen": WHY,
        "close": {},
        "cancel": WHY,
        "add-note": {"text": "x"},
    },
    "visits": {
        "dispatch": WHO,
        "decline": WHO,
        **{word: {} for word in ("accept", "start-travel", "arrive", "pause", "resume", "finish")},
        "not-done": {"reason": "no_part"},
        "reschedule": WINDOW,
        "cancel": WHY,
    },
    "locations": {"take-custody": WHO, "retire": {}},
    "stock-movements": {"correct": {"reason": "wrong_part"}},
}
"""Every command of each noun, with a body that can be understood."""

SETTLING: Final[dict[str, dict[str, Any]]] = {
    "assign": {"to": SOME},
    "explain": {"by_event": SOME},
    "adjust": {"movements": [{"part": SOME, "quantity": "1", "to": SOME}]},
    "write-off": {"reason": "unknown"},
}
LISTS: Final = (*NEEDED, "stock", "discrepancies")


def body_of(api: ApiClient, noun: str) -> dict[str, Any]:
    """What makes one of this noun."""
    owner = customer(api)
    bodies: dict[str, dict[str, Any]] = {
        "customers": {"name": "x"},
        "contacts": {"channel": "phone"},
        "cases": {"customer": owner, "topic": "billing"},
        "equipment": {"model": "X"},
        "work-orders": {"customer": owner},
        "visits": {"zone": "UTC", **WINDOW, "work_order": create(api, "work-orders", customer=owner)},
        "locations": {"kind": "van", "name": "x"},
        "stock-movements": {"kind": "receipt", "part": part(api), "quantity": "1", "to": place(api)},
    }
    return bodies[noun]


def one_of(api: ApiClient, noun: str) -> str:
    """Something of this noun."""
    return create(api, noun, **body_of(api, noun))


def pointers(reply: Any) -> set[str]:
    """What the errors of a reply point to."""
    return {each["pointer"] for each in reply.json.get("errors", ())}


@pytest.mark.parametrize("noun", NEEDED)
def test_what_is_missing_and_what_is_not_known_is_named_at_once(api: ApiClient, noun: str) -> None:
    reply = api.post(f"/api/v1/{noun}", {"nonsense": 1})

    assert reply.status_code == 400
    assert pointers(reply) == {"/nonsense", *(f"/{name}" for name in NEEDED[noun])}


def test_no_command_takes_what_it_does_not_know(api: ApiClient) -> None:
    for noun, words in {**COMMANDS, "discrepancies": SETTLING}.items():
        for word, body in words.items():
            reply = api.post(f"/api/v1/{noun}/{SOME}/{word}", body | {"nonsense": 1})
            assert (word, reply.status_code, pointers(reply)) == (word, 400, {"/nonsense"})


def test_no_list_takes_a_question_that_it_does_not_know(api: ApiClient) -> None:
    for noun in LISTS:
        assert pointers(api.get(f"/api/v1/{noun}?nonsense=1")) == {"/nonsense"}


def test_nothing_is_done_with_what_does_not_exist(api: ApiClient) -> None:
    api.catch_up()
    for noun, words in {**COMMANDS, "discrepancies": SETTLING}.items():
        for word, body in words.items():
            assert (word, api.post(f"/api/v1/{noun}/{SOME}/{word}", body).status_code) == (word, 404)
        assert (noun, api.get(f"/api/v1/{noun}/{SOME}").status_code) == (noun, 404)


@pytest.mark.parametrize("noun", COMMANDS)
def test_nothing_is_done_over_another_version_than_the_one_that_was_read(api: ApiClient, noun: str) -> None:
    id = one_of(api, noun)

    for word, body in COMMANDS[noun].items():
        reply = api.post(f"/api/v1/{noun}/{id}/{word}", body, If_Match='"99"')
        assert (word, reply.status_code) == (word, 412)


@pytest.mark.parametrize("noun", [noun for noun in NEEDED if noun != "stock-movements"])
def test_what_was_read_has_the_etag_of_the_version_that_a_command_may_name(api: ApiClient, noun: str) -> None:
    read = api.get(f"/api/v1/{noun}/{one_of(api, noun)}")

    assert read.headers["ETag"] == f'"{read.json["version"]}"'  # type: ignore[index]


@pytest.mark.parametrize("noun", ["contacts", "cases", "equipment", "work-orders", "visits"])
def test_what_may_change_without_a_new_version_of_its_own_is_always_sent_in_full(api: ApiClient, noun: str) -> None:
    where = f"/api/v1/{noun}/{one_of(api, noun)}"

    again = api.get(where, If_None_Match=api.get(where).headers["ETag"])

    assert again.status_code == 200


@pytest.mark.parametrize("noun", NEEDED)
def test_the_same_request_under_one_key_makes_one_thing(api: ApiClient, noun: str) -> None:
    body = body_of(api, noun)

    first, again = (api.post(f"/api/v1/{noun}", body, Idempotency_Key="k") for _ in range(2))
    other = api.post(f"/api/v1/{noun}", body | {"zone": "Europe/Paris"}, Idempotency_Key="k")

    assert (first.status_code, first.json) == (201, again.json)
    assert other.status_code == 422


def test_a_technician_has_no_business_at_the_counter(api: ApiClient) -> None:
    technician(api)
    for noun, words in {**COMMANDS, "discrepancies": SETTLING}.items():
        assert api.get(f"/api/v1/{noun}", role="technician").status_code == 403
        for word in words:
            assert api.post(f"/api/v1/{noun}/{SOME}/{word}", role="technician").status_code == 403


def test_an_auditor_reads_everything_and_changes_nothing(api: ApiClient) -> None:
    for noun in LISTS:
        assert api.get(f"/api/v1/{noun}", role="auditor").status_code == 200
    for noun, words in {**COMMANDS, "discrepancies": SETTLING}.items():
        for word in words:
            assert api.post(f"/api/v1/{noun}/{SOME}/{word}", role="auditor").status_code == 403

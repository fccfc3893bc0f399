"""The rules of every reading route: pages, what was just written, and the past."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import ApiClient


def part(api: ApiClient, number: str, **more: Any) -> Any:
    body = {"number": number, "names": [{"language": "de", "text": number}], "unit": "pcs", **more}
    return api.post("/api/v1/parts", body).json


def numbers(page: Any) -> list[str]:
    return [item["number"] for item in page["items"]]


def test_pages_follow_each_other_without_a_gap_and_the_last_one_says_so(api: ApiClient) -> None:
    for number in "ABCDE":
        part(api, number)

    seen: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        path = "/api/v1/parts?limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = api.get(path).json
        assert page is not None
        seen, cursor, pages = seen + numbers(page), page["next"], pages + 1

    assert (seen, pages) == (list("ABCDE"), 3)


def test_a_page_that_is_just_full_is_the_last_one(api: ApiClient) -> None:
    part(api, "A")

    page = api.get("/api/v1/parts?limit=1").json

    assert page is not None
    assert page["next"] is None


def test_what_is_added_behind_a_cursor_or_before_it_shifts_nothing(api: ApiClient) -> None:
    """Issue 9, 13: all pages show what was there when the first one was read."""
    part(api, "B")
    part(api, "C")
    first = api.get("/api/v1/parts?limit=1").json
    part(api, "A")
    part(api, "D")

    assert first is not None
    rest = api.get(f"/api/v1/parts?cursor={first['next']}").json

    assert numbers(rest) == ["C"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "ä", "////", "A" * 64])
def test_a_cursor_that_was_not_given_out_is_refused(api: ApiClient, cursor: str) -> None:
    refused = api.ask("GET", f"/api/v1/parts?cursor={quote(cursor)}")

    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["errors"][0]["pointer"] == "/cursor"


def test_a_cursor_of_another_list_is_refused(api: ApiClient) -> None:
    api.user("agent")
    api.user("admin")
    users = api.get("/api/v1/users?limit=1").json

    assert users is not None
    assert users["next"] is not None
    assert api.ask("GET", f"/api/v1/parts?cursor={users['next']}").status_code == 400


@pytest.mark.parametrize("limit", ["0", "501", "-1", "1.5", "x", "99999999999999999999"])
def test_a_page_has_1_to_500_items(api: ApiClient, limit: str) -> None:
    refused = api.ask("GET", f"/api/v1/parts?limit={limit}")

    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["errors"][0]["pointer"] == "/limit"


def test_a_question_that_is_not_known_or_asked_twice_is_named(api: ApiClient) -> None:
    unknown = api.ask("GET", "/api/v1/parts?colour=red").json
    twice = api.ask("GET", "/api/v1/parts?number=A&number=B").json

    assert unknown is not None
    assert twice is not None
    assert [error["pointer"] for error in unknown["errors"]] == ["/colour"]
    assert [error["pointer"] for error in twice["errors"]] == ["/number"]


def test_one_reads_what_one_has_just_written_by_waiting_for_its_position(api: ApiClient) -> None:
    done = part(api, "A")
    where = f"/api/v1/parts/{done['id']}?at_least={done['position']}"

    early = api.ask("GET", where)
    api.catch_up()
    later = api.ask("GET", where)

    assert early.status_code == 503
    assert early.json is not None
    assert early.json["type"].endswith("/views-behind")
    assert int(early.headers["Retry-After"]) >= 1
    assert later.status_code == 200
    assert int(later.headers["Callout-Position"]) >= done["position"]


def test_a_list_says_up_to_which_position_it_knows_everything(api: ApiClient) -> None:
    done = part(api, "A")

    page = api.get("/api/v1/parts").json

    assert page is not None
    assert page["position"] == done["position"]


def test_the_past_as_recorded_at_a_position_or_an_instant_stays_the_same(api: ApiClient) -> None:
    first = part(api, "A")
    read = api.get(f"/api/v1/events/{first['position']}", role="auditor").json
    part(api, "B")

    assert read is not None
    for moment in (str(first["position"]), quote(read["recorded_at"])):
        page = api.get(f"/api/v1/parts?known_at={moment}").json
        assert page is not None
        assert numbers(page) == ["A"]
        assert page["position"] == first["position"]


def test_the_past_as_it_happened_knows_what_was_recorded_later(api: ApiClient) -> None:
    part(api, "old", occurred_at="2025-01-01T00:00:00Z")
    part(api, "new")

    then = api.get("/api/v1/parts?as_of=2025-06-01T00:00:00Z").json
    before = api.get("/api/v1/parts?as_of=2024-06-01T00:00:00Z").json

    assert numbers(then) == ["old"]
    assert numbers(before) == []


def test_one_thing_may_be_asked_of_the_past_too(api: ApiClient) -> None:
    made = part(api, "A")
    where = f"/api/v1/parts/{made['id']}"
    api.post(f"{where}/discontinue")

    then = api.get(f"{where}?known_at={made['position']}")
    now = api.get(where)

    assert then.json is not None
    assert now.json is not None
    assert (then.json["discontinued"], then.headers["ETag"]) == (False, '"1"')
    assert (now.json["discontinued"], now.headers["ETag"]) == (True, '"2"')
    assert api.get(f"{where}?known_at=1").status_code == 404


@pytest.mark.parametrize("asked", ["known_at=yesterday", "known_at=-1", "as_of=2026-01-01", "at_least=x", "known_at="])
def test_a_moment_that_cannot_be_understood_is_named(api: ApiClient, asked: str) -> None:
    refused = api.ask("GET", f"/api/v1/parts?{asked}")

    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["errors"][0]["pointer"] == "/" + asked.split("=", maxsplit=1)[0]


def test_who_has_the_newest_version_is_told_so_in_few_bytes(api: ApiClient) -> None:
    where = f"/api/v1/parts/{part(api, 'A')['id']}"
    tag = api.get(where).headers["ETag"]

    same = api.get(where, If_None_Match=tag)
    api.post(f"{where}/discontinue")
    changed = api.get(where, If_None_Match=tag)

    assert (same.status_code, same.get_data()) == (304, b"")
    assert same.headers["ETag"] == tag
    assert changed.status_code == 200


def test_what_does_not_exist_is_not_found(api: ApiClient) -> None:
    missing = api.get("/api/v1/parts/0191cb40-11d2-7000-8f00-9d0f6b7c0001")

    assert missing.status_code == 404
    assert missing.mimetype == "application/problem+json"

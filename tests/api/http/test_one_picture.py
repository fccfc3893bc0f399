"""All pages of a list show the rows as they were when the first page was read, each row exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from projections.past.place import QuestionTooLarge, QuestionTooLong
from tests.api.conftest import ApiClient
from tests.api.work.test_visits import visit
from tests.support.api_steps import command, create, customer, part, read
from tests.support.moving_facts import LISTS
from tests.support.moving_lists import Change, Prepared


def pages(api: ApiClient, path: str, between: Change, limit: int = 2) -> list[dict[str, Any]]:
    """All rows of a list, page by page, with something that changes between the pages."""
    found, cursor = [], ""
    while True:
        page = read(api, f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
        between()


@pytest.mark.parametrize("prepare", LISTS, ids=lambda prepare: prepare.__name__)
def test_a_list_is_one_picture_while_others_write(api: ApiClient, prepare: Callable[[ApiClient], Prepared]) -> None:
    """Issue 9, 13: the first page's position travels in the cursor: nothing is lost, repeated or added."""
    path, key, change = prepare(api)
    once = read(api, f"{path}{'&' if '?' in path else '?'}limit=500")["items"]
    first = [tuple(row[name] for name in key) for row in once]
    assert len(first) >= 7

    found = [tuple(row[name] for name in key) for row in pages(api, path, change)]

    assert found == first


NO_VIEWS = {"events", "jobs", "projections", "security-events", "sessions", "me/second-factors"}
"""Lists that are not made from views: by position, or of what has no past."""


def test_every_list_is_tried(api: ApiClient) -> None:
    """Issue 9, 13: no list route is left out."""
    described = api.client.get("/openapi.json").json
    assert described is not None
    lists = set()
    for path, methods in described["paths"].items():
        reply = methods.get("get", {}).get("responses", {}).get("200", {})
        schema = reply.get("content", {}).get("application/json", {}).get("schema", {})
        if "next" in schema.get("properties", {}):
            lists.add(path.removeprefix("/api/v1/").replace("{id}", "*"))
    tried = {re.sub(r"[0-9a-f-]{36}", "*", each(api)[0].partition("?")[0]) for each in LISTS}

    assert lists - NO_VIEWS == tried


def test_pages_of_a_list_in_which_nothing_happens_fold_nothing(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 9, 13: what other views take in does not concern a list, and nobody folds the past for it."""
    ids = [part(api, number=f"P-{n}") for n in range(5)]

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the past was asked for")

    monkeypatch.setattr(type(api.services.past), "at", fail)

    def elsewhere() -> None:
        command(api, f"customers/{customer(api)}/change", name="Another")

    found = pages(api, "parts", elsewhere)

    assert [row["id"] for row in found] == ids


def test_a_list_as_of_an_instant_is_one_picture_too(api: ApiClient) -> None:
    """Issue 9, 13: `as_of` alone pins what is known by the first page as well."""
    order = create(api, "work-orders", customer=customer(api))
    ids = {visit(api, work_order=order) for _ in range(5)}

    def change() -> None:
        visit(api, work_order=order)

    found = pages(api, "visits?as_of=2036-01-01T00:00:00Z", change)

    assert sorted(row["id"] for row in found) == sorted(ids)


@pytest.mark.parametrize("problem", [QuestionTooLong, QuestionTooLarge])
def test_a_history_too_long_to_be_folded_does_not_end_a_list(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    """Issue 9, 13: then the page is of now, and says so."""
    for n in range(5):
        part(api, number=f"P-{n}")

    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(type(api.services.past), "at", fail)
    first = read(api, "parts?limit=2")
    part(api, number="P-3a")
    second = read(api, f"parts?limit=2&cursor={first['next']}")

    assert "moved" not in first
    assert second["moved"] is True
    assert [row["number"] for row in second["items"]] == ["P-2", "P-3"]

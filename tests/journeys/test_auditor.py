"""An auditor reads last Tuesday by both times: what had happened, what was known, and what became known late."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from tests.support.company import Company
from tests.support.office_client import OfficeClient
from tests.support.story import Story, used


class Books(NamedTuple):
    """A pump in Anna's van: five on Monday, one used on Tuesday, and on Thursday one more of Tuesday became known."""

    story: Story
    auditor: OfficeClient
    van: str
    part: str
    order: str
    closed: int
    closed_at: str
    late: int


def last_tuesday(hour: int = 0) -> datetime:
    """The start of Tuesday of last week, plus so many hours."""
    today = datetime.combine(datetime.now(UTC), time(), UTC)
    return today - timedelta(days=today.weekday() + 6) + timedelta(hours=hour)


@pytest.fixture
def books(company: Company) -> Books:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    monday, tuesday, thursday = (last_tuesday(hour) for hour in (9 - 24, 10, 48 + 9))
    story.stock(anna.van, part, "5", occurred_at=monday.isoformat())
    order = story.job(anna, story.case(story.customer()))
    phone = company.device(anna)
    phone.record("part_used", used(order, anna.van, part), tuesday)
    closed = phone.sync().results[-1]["positions"][-1]
    closed_at = company.admin.get(f"events/{closed}", at_least=closed)["recorded_at"]
    phone.record("part_used", used(order, anna.van, part), tuesday + timedelta(hours=2))
    phone.record("part_used", used(order, anna.van, part), thursday)
    late = phone.sync().results[0]["positions"][-1]
    auditor = company.desk("auditor")
    auditor.get("stock", at_least=late + 1)
    return Books(story, auditor, anna.van, part, order, closed, closed_at, late)


def on_hand(books: Books, **when: object) -> str | None:
    lines = books.auditor.get("stock", location=books.van, part=books.part, **when)["items"]
    return lines[0]["on_hand"] if lines else None


def test_the_books_of_tuesday_differ_by_what_became_known_later(books: Books) -> None:
    evening = last_tuesday(20).isoformat()
    assert on_hand(books) == "2"
    assert on_hand(books, as_of=evening) == "3"
    assert on_hand(books, as_of=evening, known_at=books.closed) == "4"
    assert on_hand(books, as_of=evening, known_at=books.closed_at) == "4"
    assert on_hand(books, known_at=books.closed) == "4"
    assert on_hand(books, as_of=last_tuesday().isoformat()) == "5"
    assert on_hand(books, as_of=last_tuesday(-48).isoformat()) is None


def test_what_was_known_at_a_position_stays_the_same_to_the_byte(books: Books) -> None:
    asked = {"as_of": last_tuesday(20).isoformat(), "known_at": books.closed, "limit": 500}
    nouns = ("stock", "work-orders", "cases", "stock-movements", "parts", "locations", "discrepancies", "contacts")
    paths = [f"/api/v1/{noun}?{urlencode(asked)}" for noun in nouns]
    before = [books.auditor.ask("GET", path) for path in paths]
    assert {answer.status for answer in before} == {200}
    books.story.stock(books.van, books.part, "9", occurred_at=last_tuesday(8).isoformat())
    books.story.job(books.story.company.hire("Chris"), books.story.case(books.story.customer()))
    assert [books.auditor.ask("GET", path).body for path in paths] == [answer.body for answer in before]
    assert before[0].json()["position"] == books.closed
    assert on_hand(books) == "11"


def test_why_is_this_number_two_is_answered_by_lines_that_add_up(books: Books) -> None:
    explained = books.auditor.get(f"stock/{books.van}/{books.part}/explain", known_at=books.late + 1)
    assert Decimal(explained["opening"]) + sum(Decimal(line["change"]) for line in explained["lines"]) == Decimal(2)
    assert explained["on_hand"] == "2"
    assert [line["change"] for line in explained["lines"]] == ["5", "-1", "-1", "-1"]
    [late] = [line for line in explained["lines"] if line["position"] == books.late]
    assert late["delay"] > 24 * 3600
    event = books.auditor.get(f"events/{late['position']}")
    assert event["data"]["part"] == books.part
    assert datetime.fromisoformat(event["occurred_at"]) == last_tuesday(12)
    assert (event["device"], event["device_seq"]) == (late["device"], 2)


def test_what_became_known_late_can_be_listed(books: Books) -> None:
    day = {"occurred_from": last_tuesday().isoformat(), "occurred_to": last_tuesday(24).isoformat()}
    late = list(books.auditor.every("events", topic="stock.moved", recorded_from=books.closed_at, **day))
    assert books.late in [event["position"] for event in late]
    assert all(event["recorded_at"] >= books.closed_at > event["occurred_at"] for event in late)


def test_the_command_line_gives_the_same_answer(books: Books) -> None:
    result = books.story.company.callout(
        "as-of", last_tuesday(20).isoformat(), "stock", "--known-at", str(books.closed), "--json"
    )
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    stock = [one["row"] for one in rows if one["table"] == "stock"]
    [line] = [row for row in stock if (row["location"], row["part"]) == (books.van, books.part)]
    assert line["on_hand"] == "4"

"""A pull brings what has changed behind a cursor, page by page, and at the end what the device must hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from domain.access.device_limits import MOST_PAGE_BYTES
from domain.access.identity import DeviceIdentity
from domain.kernel.problem import Kind
from sync.admission import Overloaded
from sync.app_version import OldestApp, UpgradeRequired
from sync.cursor import Cursors
from sync.problems import CursorExpired
from sync.pull import Pull
from tests.support.field_setup import NOON
from tests.support.memory_documents import ANNA, MemoryDocuments

BEN = ANNA._replace(technician=ANNA.device)


class Pulls:
    """A pull over documents in memory, with the positions for which `on_lost_tail` was called."""

    def __init__(self, oldest_app: str = "") -> None:
        self.cabinet = MemoryDocuments()
        self.lost: list[int] = []
        self.pull = Pull(
            self.cabinet, Cursors(b"s" * 32, lambda _, position: self.lost.append(position)), OldestApp(oldest_app)
        )

    def ask(self, cursor: str | None = None, limit: int = 500, who: DeviceIdentity = ANNA) -> dict[str, Any]:
        reply: dict[str, Any] = orjson.loads(self.pull.reply(who, cursor, limit, NOON))
        return reply


def test_without_a_cursor_everything_comes_and_then_only_what_changed() -> None:
    pulls = Pulls()
    pulls.cabinet.put("one", size=1)
    pulls.cabinet.put("two", shared=True, size=1)
    pulls.cabinet.put("gone", size=1)
    pulls.cabinet.take("gone")
    first = pulls.ask()
    assert [(change["id"], change.get("shared")) for change in first["changes"]] == [("one", None), ("two", True)]
    assert (first["epoch"], first["through"], first["more"]) == (str(pulls.cabinet.epoch), 4, False)

    assert pulls.ask(first["cursor"])["changes"] == []
    pulls.cabinet.put("one", size=2)
    pulls.cabinet.take("two", shared=True)
    changes = pulls.ask(first["cursor"])["changes"]
    assert [(change["id"], change.get("body"), change.get("gone")) for change in changes] == [
        ("one", {"size": 2}, None),
        ("two", None, "closed"),
    ]


def test_only_the_last_page_says_what_the_device_must_hold() -> None:
    pulls = Pulls()
    for number in range(5):
        pulls.cabinet.put(f"P-{number}", shared=number > 2)
    pages = [pulls.ask(limit=2)]
    while pages[-1]["more"]:
        pages.append(pulls.ask(pages[-1]["cursor"], limit=2))
    assert [len(page["changes"]) for page in pages] == [2, 2, 1]
    assert ["digests" in page for page in pages] == [False, False, True]
    own, shared = pulls.cabinet.moment.own, pulls.cabinet.moment.shared
    assert pages[-1]["digests"] == {
        "own": {"count": own.count, "sum": own.sum},
        "shared": {"count": shared.count, "sum": shared.sum},
    }
    assert (own.count, shared.count) == (3, 2)


def test_a_page_of_large_documents_is_cut_at_a_whole_position_and_nothing_is_left_out() -> None:
    pulls = Pulls()
    for number in range(5):
        pulls.cabinet.put(f"P-{number}", words="x" * (MOST_PAGE_BYTES // 3))
    pulls.cabinet.put("small", words="")
    page, seen = pulls.ask(), []
    while True:
        seen.append([change["id"] for change in page["changes"]])
        if not page["more"]:
            break
        page = pulls.ask(page["cursor"])
    assert seen == [["P-0", "P-1"], ["P-2", "P-3"], ["P-4", "small"]]


def test_one_document_larger_than_a_page_comes_all_the_same() -> None:
    pulls = Pulls()
    pulls.cabinet.put("huge", words="x" * (2 * MOST_PAGE_BYTES))
    pulls.cabinet.put("small")
    first = pulls.ask()
    assert [change["id"] for change in first["changes"]] == ["huge"]
    assert [change["id"] for change in pulls.ask(first["cursor"])["changes"]] == ["small"]


def test_a_cursor_is_never_lower_than_the_one_before() -> None:
    pulls = Pulls()
    pulls.cabinet.put("one")
    pulls.cabinet.put("two")
    cursor = pulls.ask()["cursor"]
    pulls.cabinet.through = 1  # the views fell back behind the log, in a crash of the database
    with pytest.raises(Overloaded) as refused:
        pulls.ask(cursor)
    assert refused.value.kind is Kind.UNAVAILABLE
    assert pulls.lost == []


def test_a_restored_log_makes_every_cursor_expire_and_a_lost_end_is_told() -> None:
    pulls = Pulls()
    pulls.cabinet.put("one")
    pulls.cabinet.put("two")
    cursor = pulls.ask()["cursor"]
    pulls.cabinet.through = pulls.cabinet.head = 1
    with pytest.raises(CursorExpired):
        pulls.ask(cursor)
    assert pulls.lost == [2]
    pulls.cabinet.epoch = ANNA.device
    with pytest.raises(CursorExpired):
        pulls.ask(cursor)
    assert pulls.lost == [2]


def test_a_stream_of_wake_ups_begins_at_a_cursor_that_must_be_as_good_as_for_a_pull() -> None:
    pulls = Pulls()
    pulls.cabinet.put("one")
    cursor = pulls.ask()["cursor"]
    assert pulls.pull.begin(ANNA, None, NOON) == 0
    assert pulls.pull.begin(ANNA, cursor, NOON) == 1
    with pytest.raises(CursorExpired):
        pulls.pull.begin(BEN, cursor, NOON)
    pulls.cabinet.epoch = ANNA.device
    with pytest.raises(CursorExpired):
        pulls.pull.begin(ANNA, cursor, NOON)


def test_whoever_waits_is_told_whether_something_came_behind_the_empty_page() -> None:
    pulls = Pulls()
    pulls.cabinet.put("one")
    page = pulls.pull.page(ANNA, pulls.ask()["cursor"], 500, NOON + timedelta(hours=1))
    assert (page.is_empty, page.after, page.through) == (True, 1, 1)
    pulls.cabinet.news = [None, 2]
    assert [pulls.pull.wait(ANNA, page, seconds) for seconds in (3, 1000)] == [False, True]
    assert pulls.cabinet.waited == [(1, 3), (1, 25.0)]


@pytest.mark.parametrize(
    ("oldest", "version", "serves"),
    [
        ("", "0.1", True),
        ("", "", True),
        ("1.4", "1.4", True),
        ("1.4", "1.4.0", True),
        ("1.4.0", "1.4", True),
        ("1.4", "1.10", True),
        ("1.4", "2", True),
        ("1.4", "v1.5-beta", True),
        ("1.4", "1.3.9", False),
        ("1.4", "1", False),
        ("1.4", "0.9 (17)", False),
        ("1.4", "", True),  # one that does not say a number is given the benefit of the doubt
        ("1.4", "nightly", True),
        ("1.4", "9" * 400, True),
        ("1.4", "٣.٣", True),
    ],
)
def test_an_app_older_than_the_oldest_may_not_pull(oldest: str, version: str, serves: bool) -> None:  # noqa: FBT001
    pulls = Pulls(oldest)
    who = ANNA._replace(app_version=version)
    assert pulls.pull.may_pull(who) is serves
    if serves:
        pulls.pull.must_serve(who)
    else:
        with pytest.raises(UpgradeRequired) as refused:
            pulls.pull.must_serve(who)
        assert refused.value.members == {"oldest": oldest}


def test_a_suspended_device_may_not_pull() -> None:
    assert not Pulls().pull.may_pull(ANNA._replace(status="suspended"))


@pytest.mark.parametrize("version", ["1.", ".1", "one", "1.4-beta", "1 4", "-1"])
def test_the_oldest_app_is_dotted_numbers_or_nothing(version: str) -> None:
    with pytest.raises(ValueError, match="numbers with dots"):
        OldestApp(version)

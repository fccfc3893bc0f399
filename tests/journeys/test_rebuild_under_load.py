"""A projection is rebuilt under load: readers and writers go on, and nothing written meanwhile is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tests.support.company import Company
from tests.support.http_device import HttpDevice
from tests.support.story import Story, ago, used

PUSHES = 25
WRITERS = 3


def test_views_made_anew_while_everybody_works_lack_nothing(company: Company) -> None:
    story = Story(company)
    parts = [story.part() for _ in range(10)]
    crew = [company.hire(name) for name in ("Anna", "Boris", "Chris")]
    phones = [HttpDevice(company.url, company.code(person)) for person in crew]
    orders = [story.job(person) for person in crew]
    over = Event()

    def use(number: int) -> int:
        for batch in range(PUSHES):
            data = [used(orders[number], crew[number].van, part) for part in parts]
            operations = [phones[number].operation("part_used", one, ago(batch)) for one in data]
            results = phones[number].push(*operations)["results"]
            assert {result["status"] for result in results} == {"applied"}
        return PUSHES * len(parts)

    def read() -> list[int]:
        desk, seen = story.dispatcher.again(), []
        while not over.is_set():
            seen.append(len(desk.get("stock", location=crew[0].van)["items"]))
            assert desk.get(f"work-orders/{orders[0]}")["id"] == orders[0]
        return seen

    def make_anew() -> int:
        desk, rounds = company.admin.again(), 0
        while not over.is_set():
            for view in ("stock", "movements", "work_orders"):
                company.rebuild(view, desk)
            rounds += 1
        return rounds

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        reading, making = pool.submit(read), pool.submit(make_anew)
        try:
            written = sum(pool.map(use, range(WRITERS)))
        finally:
            over.set()
        seen, rounds = reading.result(), making.result()

    assert rounds >= 1
    assert seen == sorted(seen), "no reader ever saw fewer lines than before"
    head = len(company.records())
    assert len(list(company.admin.every("stock-movements", at_least=head))) == written
    story.keeper.position = head
    for number, person in enumerate(crew):
        lines = story.keeper.get("stock", location=person.van)["items"]
        assert {line["on_hand"] for line in lines} == {f"-{PUSHES}"}, number
        assert len(lines) == len(parts)
    assert [view["name"] for view in company.verified() if not view["equal"]] == []


def test_a_row_changed_by_hand_is_found_and_a_rebuild_puts_it_right(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "4")
    assert story.on_hand(anna.van, part) == "4"
    company.change("UPDATE views.stock SET on_hand = 7 WHERE location = %s AND part = %s", anna.van, part)
    [found] = [view for view in company.verified() if not view["equal"]]
    assert found["name"] == "stock"
    assert len(found["differences"]) == 1
    assert part in str(found["differences"])
    company.rebuild("stock")
    assert story.on_hand(anna.van, part) == "4"
    assert all(view["equal"] for view in company.verified())

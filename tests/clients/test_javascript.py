"""The JavaScript client, written from docs/sync.md alone, on the real server: both agree."""

from __future__ import annotations

from tests.clients.counterpart import digests
from tests.clients.node import enrolled, needs_node, server_means
from tests.support.company import Company
from tests.support.faulty_relay import FaultyRelay
from tests.support.story import Story, used

pytestmark = needs_node


def test_a_day_without_network_arrives_and_the_phone_holds_what_a_fresh_one_downloads(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    part, order, next_order = story.part(), story.job(anna), story.job(anna)
    visit = story.visit(order, anna)
    story.stock(anna.van, part, "3")
    with FaultyRelay(company.url) as wire:
        phone = enrolled(company, anna, wire.url)
        wire.cut.set()
        phone.record(("arrived", {"visit": visit}))
        phone.record(
            ("part_used", used(order, anna.van, part, visit=visit)),
            ("note_added", {"work_order": order, "text": "Dichtung ersetzt – läuft 🔧"}),
            ("work_completed", {"work_order": order, "fixed": "yes"}),
            ("close_work_order", {"work_order": order}),
        )
        phone.record(("part_beamed", {"to": "orbit"}))
        phone.record(("visit_done", {"visit": visit}))
        phone.record(("note_added", {"work_order": next_order, "text": "Tomorrow."}))
        assert "no answer" in phone.failed("sync", "--tries", "1")
        assert len(phone.lines("outbox")) == 8

        wire.cut.clear()
        phone.done("sync")

    assert phone.lines("outbox") == []
    assert phone.statuses == ["applied"] * 5 + ["quarantined", "applied", "applied"]
    company.admin.position = phone.state["through"]
    assert company.admin.get(f"work-orders/{order}")["status"] == "closed"
    assert company.admin.get(f"visits/{visit}")["status"] == "done"
    fresh = enrolled(company, anna)
    assert phone.held == fresh.held
    assert server_means(fresh) == digests(phone.held)
    assert [job["body"]["id"] for job in phone.lines("show", "work_order")] == [next_order]


def test_a_lost_reply_doubles_nothing(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    part, order = story.part(), story.job(anna)
    story.stock(anna.van, part, "9")
    with FaultyRelay(company.url) as wire:
        phone = enrolled(company, anna, wire.url)
        for _ in range(3):
            phone.record(("part_used", used(order, anna.van, part)))
        before = len(company.records())
        wire.lose = 1
        phone.done("sync")
        assert len(wire.lost) == 1
    assert len(company.records()) == before + 3
    assert [entry["result"]["duplicate"] for entry in phone.state["operations"]] == [True] * 3
    [line] = phone.lines("show", "stock")
    assert line["body"]["on_hand"] == "6"
    assert phone.held == enrolled(company, anna).held


def test_a_phone_knows_by_digests_that_it_holds_what_the_server_means(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    story.job(anna)
    phone = enrolled(company, anna)
    assert server_means(phone) == digests(phone.held)

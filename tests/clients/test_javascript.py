"""The JavaScript client against the real server: a client written from docs/sync.md alone comes to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.clients.counterpart import Json, digests
from tests.clients.node import NodeDevice, needs_node
from tests.support.company import Company, Technician, company_on
from tests.support.databases import Cluster
from tests.support.desk import Desk
from tests.support.story import Story, used
from tests.support.wire import Wire

pytestmark = needs_node


@pytest.fixture(scope="module")
def company(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("company")
    with cluster.database(template) as dsn, company_on(dsn, folder) as at_work:
        yield at_work


def enrolled(company: Company, technician: Technician, url: str | None = None) -> NodeDevice:
    """A phone of theirs that holds everything."""
    device = NodeDevice(company.folder / f"{uuid4().hex}.json", url or company.url)
    device.done("enrol", company.code(technician), "phone")
    device.done("sync")
    return device


def held(device: NodeDevice) -> list[Json]:
    """Its documents, in an order of their own."""
    return sorted(device.lines("show"), key=lambda document: (document["type"], document["id"]))


def server_means(device: NodeDevice) -> Json:
    """The digests that the server gives the device with the last page of a download from nothing."""
    access, page = Desk(device.url, device.state["access_token"]), Json()
    query = ""
    while page.get("more", True):
        page = access.ask("GET", f"/sync/v1/pull?limit=20{query}").json()
        query = f"&cursor={page['cursor']}"
    told = page["digests"]
    assert isinstance(told, dict), page
    return told


def statuses(device: NodeDevice) -> list[str]:
    """What became of everything that it recorded."""
    return [entry["result"]["status"] for entry in device.state["operations"]]


def test_a_day_without_network_arrives_and_the_phone_holds_what_a_fresh_one_downloads(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    part, order, next_order = story.part(), story.job(anna), story.job(anna)
    visit = story.visit(order, anna)
    story.stock(anna.van, part, "3")
    with Wire(company.url) as wire:
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
    assert statuses(phone) == ["applied"] * 5 + ["quarantined", "applied", "applied"]
    company.admin.position = phone.state["through"]
    assert company.admin.get(f"work-orders/{order}")["status"] == "closed"
    assert company.admin.get(f"visits/{visit}")["status"] == "done"
    fresh = enrolled(company, anna)
    assert held(phone) == held(fresh)
    assert server_means(fresh) == digests(held(phone))
    assert [job["body"]["id"] for job in phone.lines("show", "work_order")] == [next_order]


def test_a_lost_reply_doubles_nothing(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    part, order = story.part(), story.job(anna)
    story.stock(anna.van, part, "9")
    with Wire(company.url) as wire:
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
    assert held(phone) == held(enrolled(company, anna))


def test_a_phone_knows_by_digests_that_it_holds_what_the_server_means(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    story.job(anna)
    phone = enrolled(company, anna)
    assert server_means(phone) == digests(held(phone))

"""A reply is lost after the commit and the push repeated: everything takes effect once and is answered as at first."""

from __future__ import annotations

import os
import signal
from http.client import HTTPException
from time import sleep

import pytest

from sync.device import OfflineError
from tests.support.company import Company
from tests.support.faulty_relay import FaultyRelay
from tests.support.http_device import HttpDevice
from tests.support.office_client import OfficeClient
from tests.support.story import Story, ago, used


def test_a_push_repeated_after_a_lost_reply_takes_effect_once(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "5")
    order = story.job(anna)
    with FaultyRelay(company.url) as wire:
        phone = company.blank_device(wire.url, tries=1)
        phone.enrol(company.code(anna), "phone")
        phone.sync()
        sent = [phone.record("part_used", used(order, anna.van, part), ago(9)) for _ in range(3)]
        before = len(company.records())
        wire.lose = 1
        with pytest.raises(OfflineError):
            phone.sync()
        assert len(company.records()) == before + 3, "the server had done its work"
        assert len(phone.outbox()) == 3

        results = phone.sync().results
    assert [(result["id"], result["status"], result["duplicate"]) for result in results] == [
        (id, "applied", True) for id in sent
    ]
    assert [result["positions"] for result in results] == [[before + 1], [before + 2], [before + 3]]
    assert len(company.records()) == before + 3
    assert phone.outbox() == []
    story.keeper.position = before + 3
    assert story.on_hand(anna.van, part) == "2"


def test_the_same_push_ten_times_over_gets_the_first_answer_word_for_word(company: Company) -> None:
    story = Story(company)
    anna, boris, part = company.hire("Anna"), company.hire("Boris"), story.part()
    order = story.job(boris)
    handset = HttpDevice(company.url, company.code(anna))
    operations = [
        handset.operation("part_used", used(order, anna.van, part), ago(5)),
        handset.operation("close_work_order", {"work_order": order}, ago(4)),
        handset.operation("part_beamed", {}, ago(3)),
    ]
    first = handset.push(*operations)["results"]
    assert [result["status"] for result in first] == ["conflicted", "rejected", "quarantined"]
    history = company.records()
    story.dispatcher.post(f"work-orders/{order}/cancel", {"reason": "not any more"})
    for _ in range(10):
        again = handset.push(*operations)["results"]
        assert again == [result | {"duplicate": True} for result in first]
    assert company.records()[: len(history)] == history
    assert len(company.records()) == len(history) + 1


def test_an_office_command_repeated_under_its_key_is_done_once(company: Company) -> None:
    story = Story(company)
    body = {"name": "Lindenbaum", "phones": ["030 77"]}
    before = len(company.records())
    with FaultyRelay(company.url) as wire:
        wire.lose = 1
        far = OfficeClient(wire.url, story.dispatcher.token)
        with pytest.raises((OSError, HTTPException)):
            far.post("customers", body, key="the call at nine")
        first = far.post("customers", body, key="the call at nine")
        again = far.post("customers", body, key="the call at nine")
        other = far.ask("POST", "/api/v1/customers", body | {"name": "Erle"}, Idempotency_Key="the call at nine")
    assert first == again
    assert other.status == 422
    assert len(company.records()) == before + 1


def test_servers_killed_while_they_work_lose_nothing_that_they_acknowledged(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    order = story.job(anna)
    phone = company.device(anna, tries=20, sleep=lambda seconds: sleep(min(seconds, 0.2)))
    sent = []
    for number in range(30):
        sent.append(phone.record("part_used", used(order, anna.van, part), ago(30 - number)))
        if number % 10 == 5:
            for victim in children(company.process.pid):
                os.kill(victim, signal.SIGKILL)
        phone.sync()
    moved = [
        row[0]
        for row in company.rows(
            "SELECT operation_id::text FROM log.events WHERE topic = 'stock.moved' AND device = %s ORDER BY device_seq",
            phone.status()["device_id"],
        )
    ]
    assert moved == sent
    story.keeper.position = len(company.records())
    assert story.on_hand(anna.van, part) == "-30"
    assert all(view["differences"] == [] for view in company.verified())


def children(process: int) -> list[int]:
    """The process ids of a process's children."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as listed:  # noqa: PTH123
        return [int(text) for text in listed.read().split()]

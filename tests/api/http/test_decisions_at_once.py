"""Decisions that rest on another stream: two of them at once never make what each of them alone would be refused."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.recording.unit_of_work import Work
from domain.stock.part import Part, PartName
from store.erasure import Erasure
from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, read, refused, told

ROUNDS = 10


def at_once(house: House, *asked: tuple[str, dict[str, Any]]) -> list[int]:
    """The statuses of these commands, each sent by a thread of its own at the same moment."""
    start, statuses = Barrier(len(asked)), [0] * len(asked)

    def send(number: int, path: str, body: dict[str, Any]) -> None:
        start.wait()
        statuses[number] = (
            House(house.services, house.client.application.test_client(), house.tokens)
            .post(f"/api/v1/{path}", body)
            .status_code
        )

    threads = [Thread(target=send, args=(number, *one)) for number, one in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return statuses


@pytest.fixture(autouse=True)
def asker(house: House) -> None:
    """Whoever asks has signed in before anything races."""
    if "admin" not in house.tokens:
        house.user("admin")


def between_decision_and_commit(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the next decision has read everything and before it is recorded."""
    commit, left = Work.commit, [happens]

    def late(work: Work, *told: Any) -> Any:
        if left:
            left.pop()()
        return commit(work, *told)

    monkeypatch.setattr(Work, "commit", late)


def test_two_customers_merged_into_each_other_at_once_leave_one_that_stays(house: House) -> None:
    """Issue 8, 15."""
    for _ in range(ROUNDS):
        one, other = customer(house), customer(house)

        statuses = at_once(
            house, (f"customers/{one}/merge", {"into": other}), (f"customers/{other}/merge", {"into": one})
        )

        assert sorted(statuses) == [200, 409]
        assert sorted([read(house, f"customers/{id}")["merged_into"] is None for id in (one, other)]) == [False, True]


def test_a_ring_of_three_merges_is_not_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 15: each of the three alone would be right."""
    first, second, third = (customer(house) for _ in range(3))

    def two_others() -> None:
        told(house, f"customers/{first}/merge", into=second)
        told(house, f"customers/{second}/merge", into=third)

    between_decision_and_commit(monkeypatch, two_others)

    assert refused(house, f"customers/{third}/merge", into=first) == (409, "customer-is-merged")


def test_two_cases_merged_into_each_other_at_once_leave_one_that_goes_on(house: House) -> None:
    """Issue 8, 15, a sibling."""
    who = customer(house)
    for _ in range(ROUNDS):
        one, other = (made(house, "cases", customer=who, topic="troubleshooting") for _ in range(2))

        statuses = at_once(house, (f"cases/{one}/merge", {"into": other}), (f"cases/{other}/merge", {"into": one}))

        assert sorted(statuses) == [200, 409]


def test_parts_do_not_replace_each_other_in_a_circle(house: House) -> None:
    """Issue 8, 15, a sibling: it needs no two at once."""
    first, second, third = (
        made(house, "parts", number=f"P-{n}", names=[{"language": "en", "text": "Pump"}], unit="piece")
        for n in range(3)
    )
    told(house, f"parts/{first}/supersede", by=second)
    told(house, f"parts/{second}/supersede", by=third)

    assert refused(house, f"parts/{third}/supersede", by=first) == (409, "superseded-in-circle")
    assert refused(house, f"parts/{third}/supersede", by=third) == (409, "supersedes-itself")


def test_parts_that_replace_each_other_at_once_end_with_one_that_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 15, a sibling."""
    one, other = (
        Part.register(id=uuid4(), number=f"P-{n}", names=(PartName("en", "Pump"),), unit="piece") for n in "12"
    )
    house.commit(one, other)

    def the_other_way() -> None:
        told(house, f"parts/{one.id}/supersede", by=str(other.id))

    between_decision_and_commit(monkeypatch, the_other_way)

    assert refused(house, f"parts/{other.id}/supersede", by=str(one.id)) == (409, "superseded-in-circle")


def test_a_contact_is_not_the_duplicate_of_a_duplicate(house: House) -> None:
    """Issue 8, 15, a sibling: two contacts that are duplicates of each other say nothing."""
    who = customer(house)
    one, other = (
        made(house, "contacts", customer=who, channel="phone", direction="in", started_at="2026-11-20T10:00:00+01:00")
        for _ in range(2)
    )
    told(house, f"contacts/{one}/mark-duplicate", of=other)

    assert refused(house, f"contacts/{other}/mark-duplicate", of=one) == (409, "contact-is-duplicate")


def test_an_entry_merged_while_its_customer_is_erased_is_erased_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 15, a sibling."""
    stays, double = customer(house), customer(house)
    between_decision_and_commit(monkeypatch, lambda: told(house, f"customers/{double}/merge", into=stays))

    told(house, f"customers/{stays}/erase")

    assert [row["id"] for row in items(house, "customers") if row["name"] is not None] == []
    assert house.services.log.work().get(Customer, UUID(double)).is_erased()
    assert Erasure(house.services.log).entries_merged_into(UUID(stays)) == [UUID(double)]

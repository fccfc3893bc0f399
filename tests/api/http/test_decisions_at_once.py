"""Decisions that depend on another stream: two at once never record what one after the other would refuse."""

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
from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal

ROUNDS = 10


def at_once(api: ApiClient, *asked: tuple[str, dict[str, Any]]) -> list[int]:
    """The statuses of these commands, each sent by a thread of its own at the same moment."""
    start, statuses = Barrier(len(asked)), [0] * len(asked)

    def send(number: int, path: str, body: dict[str, Any]) -> None:
        start.wait()
        statuses[number] = (
            ApiClient(api.services, api.client.application.test_client(), api.tokens)
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
def asker(api: ApiClient) -> None:
    """Whoever asks has signed in before anything races."""
    if "admin" not in api.tokens:
        api.user("admin")


def between_decision_and_commit(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the next decision has read everything and before it is recorded."""
    commit, left = Work.commit, [happens]

    def late(work: Work, *args: Any) -> Any:
        if left:
            left.pop()()
        return commit(work, *args)

    monkeypatch.setattr(Work, "commit", late)


def test_two_customers_merged_into_each_other_at_once_leave_one_that_stays(api: ApiClient) -> None:
    """Issue 8, 15."""
    for _ in range(ROUNDS):
        one, other = customer(api), customer(api)

        statuses = at_once(
            api, (f"customers/{one}/merge", {"into": other}), (f"customers/{other}/merge", {"into": one})
        )

        assert sorted(statuses) == [200, 409]
        assert sorted([read(api, f"customers/{id}")["merged_into"] is None for id in (one, other)]) == [False, True]


def test_a_ring_of_three_merges_is_not_closed(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 15: each of the three alone would be right."""
    first, second, third = (customer(api) for _ in range(3))

    def two_others() -> None:
        command(api, f"customers/{first}/merge", into=second)
        command(api, f"customers/{second}/merge", into=third)

    between_decision_and_commit(monkeypatch, two_others)

    assert refusal(api, f"customers/{third}/merge", into=first) == (409, "customer-is-merged")


def test_two_cases_merged_into_each_other_at_once_leave_one_that_goes_on(api: ApiClient) -> None:
    """Issue 8, 15, a sibling."""
    who = customer(api)
    for _ in range(ROUNDS):
        one, other = (create(api, "cases", customer=who, topic="troubleshooting") for _ in range(2))

        statuses = at_once(api, (f"cases/{one}/merge", {"into": other}), (f"cases/{other}/merge", {"into": one}))

        assert sorted(statuses) == [200, 409]


def test_parts_do_not_replace_each_other_in_a_circle(api: ApiClient) -> None:
    """Issue 8, 15, a sibling: it needs no two at once."""
    first, second, third = (
        create(api, "parts", number=f"P-{n}", names=[{"language": "en", "text": "Pump"}], unit="piece")
        for n in range(3)
    )
    command(api, f"parts/{first}/supersede", by=second)
    command(api, f"parts/{second}/supersede", by=third)

    assert refusal(api, f"parts/{third}/supersede", by=first) == (409, "superseded-in-circle")
    assert refusal(api, f"parts/{third}/supersede", by=third) == (409, "supersedes-itself")


def test_parts_that_replace_each_other_at_once_end_with_one_that_stays(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 15, a sibling."""
    one, other = (
        Part.register(id=uuid4(), number=f"P-{n}", names=(PartName("en", "Pump"),), unit="piece") for n in "12"
    )
    api.commit(one, other)

    def the_other_way() -> None:
        command(api, f"parts/{one.id}/supersede", by=str(other.id))

    between_decision_and_commit(monkeypatch, the_other_way)

    assert refusal(api, f"parts/{other.id}/supersede", by=str(one.id)) == (409, "superseded-in-circle")


def test_a_contact_is_not_the_duplicate_of_a_duplicate(api: ApiClient) -> None:
    """Issue 8, 15, a sibling: two contacts that are duplicates of each other say nothing."""
    who = customer(api)
    one, other = (
        create(api, "contacts", customer=who, channel="phone", direction="in", started_at="2026-11-20T10:00:00+01:00")
        for _ in range(2)
    )
    command(api, f"contacts/{one}/mark-duplicate", of=other)

    assert refusal(api, f"contacts/{other}/mark-duplicate", of=one) == (409, "contact-is-duplicate")


def test_an_entry_merged_while_its_customer_is_erased_is_erased_too(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 15, a sibling."""
    stays, double = customer(api), customer(api)
    between_decision_and_commit(monkeypatch, lambda: command(api, f"customers/{double}/merge", into=stays))

    command(api, f"customers/{stays}/erase")

    assert [row["id"] for row in items(api, "customers") if row["name"] is not None] == []
    assert api.services.log.work().get(Customer, UUID(double)).is_erased()
    assert Erasure(api.services.log).entries_merged_into(UUID(stays)) == [UUID(double)]

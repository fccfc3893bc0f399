"""The history as an auditor asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.work.technician import Technician
from projections.integrity.history import event, history
from projections.work.technicians import Technicians
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on

ADA, ANNA = UUID(int=1), UUID(int=2)
OFFICE, PHONE, DONE, CASE = (UUID(int=number) for number in range(3, 7))


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Technicians()) as made:
        anna = Technician.register(id=ANNA, name="Anna", zone="Europe/Berlin", language="de")
        made.record(anna, actor=OFFICE, correlation_id=CASE)
        made.record(Customer.register(id=ADA, name="Ada Lovelace"), at=NOON - timedelta(days=3))
        anna.assign_van(uuid4())
        made.record(anna, device=PHONE, device_seq=7, operation_id=DONE)
        yield made


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        ({}, [1, 2, 3]),
        ({"stream": ANNA}, [1, 3]),
        ({"topic": "technician.van_assigned"}, [3]),
        ({"topic": "technician"}, [1, 3]),
        ({"topic": "tech"}, []),
        ({"actor": OFFICE}, [1]),
        ({"device": PHONE}, [3]),
        ({"operation": DONE}, [3]),
        ({"correlation": CASE}, [1]),
        ({"occurred_to": NOON}, [2]),
        ({"occurred_from": NOON}, [1, 3]),
        ({"recorded_to": NOON - timedelta(days=1)}, []),
        ({"recorded_from": NOON - timedelta(days=1), "stream": ADA}, [2]),
        ({"after": 1}, [2, 3]),
        ({"limit": 2}, [1, 2]),
    ],
)
def test_the_history_answers_who_did_what_when_and_from_where(
    projected: ProjectedLog, asked: dict[str, Any], positions: list[int]
) -> None:
    with projected.seen() as reader:
        assert [row["position"] for row in history(reader, **({"limit": 9} | asked))] == positions


def test_an_event_is_shown_with_its_record_and_nobodys_words(projected: ProjectedLog) -> None:
    with projected.seen() as reader:
        row = event(reader, 2)
        assert event(reader, 4) is None
    assert row is not None
    assert (row["stream"], row["topic"], row["occurred_at"]) == (ADA, "customer.registered", NOON - timedelta(days=3))
    assert json.loads(row["record"])["position"] == 2
    assert "Ada Lovelace" not in row["record"]


def test_the_history_known_at_a_position_ends_there(projected: ProjectedLog) -> None:
    with projected.past.at(projected.projections, known_at=2) as reader:
        assert [row["position"] for row in history(reader, limit=9)] == [1, 2]
        assert event(reader, 3) is None

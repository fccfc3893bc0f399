"""Several texts under one id: each has a row, and what is decided about one changes no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from domain.access.device import Device
from projections.access.operation_queries import operation, operations
from projections.access.operations import Operations
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Operations()) as made:
        yield made


@pytest.fixture
def phone(projected: ProjectedLog) -> Device:
    made = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="app", name="Anna's phone", platform="android", app_version="1.0"
    )
    projected.record(made)
    return made


def test_each_text_under_one_id_has_a_row_that_decisions_name(projected: ProjectedLog, phone: Device) -> None:
    """Issue 8, 1: also what earlier servers decided, which does not say which text; live and rebuilt alike."""
    id_ = uuid4()
    hold = {
        "operation": id_,
        "seq": 1,
        "type": "x",
        "needs": (uuid4(), uuid4()),
        "group": None,
        "refs": (),
        "body": "x",
    }
    quarantine = {"operation": id_, "seq": 1, "type": "x", "reason": "r", "detail": "d", "body": "y"}
    phone.record_hold(**hold)  # type: ignore[arg-type]
    phone.record_quarantine(**quarantine, contested=True)  # type: ignore[arg-type]
    projected.record(phone, incarnation=1)
    assert [len(rows) for name, rows in projected.rows().items() if "needs" in name] == [2]

    phone.record_hold_ended(id_, (), 2)
    phone.record_hold(**hold)  # type: ignore[arg-type]
    projected.record(phone, incarnation=2)

    def statuses() -> Any:
        with projected.seen() as reader:
            rows = operations(reader, limit=9, operation=id_)
        return [(row["text_version"], row["incarnation"], row["status"], row["contested"]) for row in rows]

    assert statuses() == [(5, 2, "held", False), (3, 1, "quarantined", True), (2, 1, "applied", False)]
    with projected.seen() as reader:
        first = operation(reader, id_)
        assert first is not None
        assert first["text_version"] == 2
        newest = operations(reader, limit=1)[0]
        named = operation(reader, id_, newest["text_position"])
        assert named is not None
        assert named["text_version"] == 5
    phone.record_quarantine(**quarantine, text_version=5)  # type: ignore[arg-type]
    projected.record(phone, incarnation=2)
    assert next(row[:3] for row in statuses()) == (6, 2, "quarantined")
    phone.record_rejection(operation=id_, seq=1, type="x", problem="p", detail="d")
    projected.record(phone, incarnation=2)
    assert [row[2] for row in statuses()] == ["rejected", "applied"]
    assert [len(rows) for name, rows in projected.rows().items() if "needs" in name] == [0]
    projected.check_rebuild()

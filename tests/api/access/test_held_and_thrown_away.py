"""Issue 8, 1 and 5: a discarded operation counts as arrived, and no operation keeps others from being decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from domain.access.device_limits import LONGEST_HELD
from projections.access import operation_queries
from tests.api.conftest import ApiClient
from tests.support.field_setup import decide
from tests.support.held_operations import Company

LATE = LONGEST_HELD + timedelta(minutes=5)


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


@pytest.mark.parametrize("erased", [False, True])
def test_what_was_held_and_put_aside_and_thrown_away_has_come(company: Company, *, erased: bool) -> None:
    """Issue 8, 1: the answer to what was thrown away belonged to no content, and what needs it waited for 72 hours."""
    needed = company.held("needed")
    waits = company.note(company.second, "waits", needs=[needed["id"]])
    assert company.second.result(waits).status == "held"
    decide(company.log, Device, company.anna.id, "suspend", "odd")
    company.arrive()
    assert company.settle(times=2) == 1
    assert company.operations(f"&operation={needed['id']}")[0]["status"] == "quarantined"
    if erased:
        company.log.body_mapper.keyring.destroy([UUID(needed["id"])])

    reply = company.api.post(f"/api/v1/operations/{needed['id']}/discard", {"reason": "x"})
    assert reply.status_code == 200

    assert company.settle(times=2) == 1
    assert company.texts() == ["It has come.", "waits"]
    rows = company.log.pool.fetch_all("SELECT DISTINCT content_hash FROM log.operations WHERE id = %s", (needed["id"],))
    assert len(rows) == 1


def test_some_that_cannot_be_forced_keep_no_others_from_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 5: the oldest ones alone were looked at, again and again; whoever stays there blocked everybody."""
    monkeypatch.setattr(operation_queries, "MOST_OVERDUE", 2)
    stuck = [company.note(company.anna, f"{number}", needs=[str(uuid4())]) for number in range(4)]
    behind = company.note(company.second, "behind", needs=[str(uuid4())])
    assert {result.status for result in company.anna.send(*stuck).results} == {"held"}
    assert company.second.result(behind).status == "held"
    holding, attempt = company.api.services.holding, company.api.services.holding._attempt

    def stays(group: Any, *args: Any, **how: Any) -> int:
        return 0 if group.device == company.anna.id else attempt(group, *args, **how)

    monkeypatch.setattr(holding, "_attempt", stays)
    company.api.catch_up()
    company.settle()

    assert company.settle(times=4, later=LATE) == 1
    assert company.texts() == ["behind"]
    monkeypatch.setattr(holding, "_attempt", attempt)
    assert company.settle(times=4, later=LATE) == len(stuck)

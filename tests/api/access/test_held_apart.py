"""Issue 8, 5: held operations are found by what they need, kept apart from each other, few a device, served in turn."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

from sync.groups import MOST_HELD
from sync.holding import MOST, TRIES
from sync.outcome import Result
from tests.api.conftest import ApiClient
from tests.support.held_operations import Company

BATCH = 100


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


def flood(company: Company, many: int, need: str) -> list[Result]:
    """So many notes of Anna's phone, each alone, that need this; the results in order."""
    results: list[Result] = []
    for begin in range(0, many, BATCH):
        notes = [
            company.note(company.anna, f"{number}", needs=[need]) for number in range(begin, min(begin + BATCH, many))
        ]
        results += company.anna.send(*notes).results
    return results


def test_a_device_has_so_many_waiting_at_most_and_nothing_is_lost(company: Company) -> None:
    """Issue 8, 5: what comes beyond the 500 goes to the office, with a problem that says so."""
    results = flood(company, MOST_HELD + 2, str(uuid4()))

    assert [result.status for result in results] == ["held"] * MOST_HELD + ["quarantined"] * 2
    assert str((results[-1].problem or {})["type"]).endswith("/too-many-held")
    aside = company.operations("&status=quarantined")
    assert [item["reason"] for item in aside] == ["too-many-held"] * 2
    assert company.api.post(f"/api/v1/operations/{aside[0]['operation']}/release").status_code == 200
    group = [
        company.note(company.anna, "g", needs=[str(uuid4())], group="g"),
        company.note(company.anna, "g", group="g"),
    ]
    assert [result.status for result in company.anna.send(*group).results] == ["quarantined"] * 2
    assert company.anna.result(company.note(company.anna, "free")).status == "applied"


def test_what_waits_for_something_else_is_not_even_looked_at(company: Company) -> None:
    """Issue 8, 5: the held ones of one phone cost another pair nothing: texts and needs of the ripe are read alone."""
    flood(company, 300, str(uuid4()))
    company.settle()
    company.held("the other pair", company.second)
    company.arrive()
    log, looked = company.log, list[Any]()
    texts = log.texts

    def counted(device: UUID, versions: Any) -> Any:
        looked.append(versions)
        return texts(device, versions)

    with patch.object(log, "texts", counted):
        assert company.settle(times=2) == 1

    assert company.texts() == ["It has come.", "the other pair"]
    assert len(looked) <= 2, "once as it was held, once as what it needs had come"


def test_one_of_each_device_is_decided_in_turn(company: Company) -> None:
    """Issue 8, 5: hundreds of one phone that are due at once keep another phone's one waiting for a single round."""
    flood(company, 250, company.needed["id"])
    company.held("the other pair", company.second)
    company.arrive()

    assert company.settle() == MOST

    assert company.texts().index("the other pair") <= 3
    assert company.settle(times=6) == 251 - MOST
    assert sorted(company.texts()[1:]) == sorted(["the other pair", *(str(number) for number in range(250))])


def test_what_cannot_be_recorded_blocks_nobody_and_goes_to_the_office(company: Company) -> None:
    """Issue 8, 5: a group that fails whenever it is tried is quarantined with a reason; those behind it are decided."""
    bad = company.held("bad")
    good = company.held("good", company.second)
    company.arrive()
    holding, attempt = company.api.services.holding, company.api.services.holding._attempt

    def failing(group: Any, *args: Any, **how: Any) -> int:
        if group.device == company.anna.id:
            raise ValueError("a fault of ours")
        return attempt(group, *args, **how)

    with patch.object(holding, "_attempt", failing):
        assert company.settle() == 1
        assert company.texts() == ["It has come.", "good"]
        assert company.settle(times=TRIES) == 1

    statuses = {item["operation"]: (item["status"], item["reason"]) for item in company.operations()}
    assert statuses == {bad["id"]: ("quarantined", "cannot-be-recorded"), good["id"]: ("applied", "held")}
    assert company.api.post(f"/api/v1/operations/{bad['id']}/release").status_code == 200
    assert company.texts()[-1] == "bad"


def test_what_the_log_refuses_for_ever_blocks_nobody(company: Company) -> None:
    """Issue 8, 5: a held movement under the id of another stream, which no log takes."""
    used = company.field.use(company.field.order())
    bad = company.anna.operation("part_used", used, id=str(company.field.customer), needs=[company.needed["id"]])
    assert company.anna.result(bad).status == "held"
    company.held("good", company.second)
    company.arrive()

    with patch("store.log.sleep"):
        assert company.settle(times=TRIES + 1) == 2

    statuses = {item["operation"]: item["status"] for item in company.operations()}
    assert statuses[bad["id"]] == "quarantined"
    assert company.texts() == ["It has come.", "good"]


@pytest.mark.parametrize("what", ["order", "van", "part"])
def test_an_operation_held_under_the_id_of_a_thing_keeps_nobody_from_it(company: Company, what: str) -> None:
    """Issue 8, 5 (pushes of seed 2877142447): whatever any phone said about that thing waited for 72 hours."""
    things = {"order": company.order, "van": str(company.field.van), "part": str(company.field.part)}
    hostile = company.note(company.boris, "mine", needs=[str(uuid4())], id=things[what])
    assert company.boris.result(hostile).status == "held"

    used = {"location": things["van"], "part": things["part"], "quantity": "1", "serials": []}
    sent = company.anna.operation("part_used", used | {"work_order": company.order})
    assert company.anna.result(sent).status == "applied"
    assert company.anna.result(company.note(company.anna, "goes on")).status == "applied"

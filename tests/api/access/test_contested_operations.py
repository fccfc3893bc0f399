"""Issue 8, 1: a held or quarantined operation is decided once with its own text, whatever arrives under its id."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from domain.access.device import Device
from domain.recording.answers import DECIDED
from sync.undecided import decision_answer
from tests.api.conftest import ApiClient
from tests.support.held_operations import Company, contest


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


def test_what_is_decided_is_the_text_that_was_held_and_once(company: Company) -> None:
    """Issue 8, 1: a suspended phone sends another text under the id of a held operation."""
    held = company.held()
    company.suspend(company.second)
    contest(company, company.second, held)
    company.arrive()

    assert company.settle(times=20) == 1

    assert company.texts() == ["It has come.", "the original"]
    assert company.statuses() == ["applied", "quarantined"]
    assert company.log.work().get(Device, company.anna.id).held == ()


def test_each_of_several_texts_can_be_discarded_by_itself(company: Company) -> None:
    """Issue 8, 1: the contest never takes the place of what it contests, and can be thrown away alone."""
    held = company.held()
    contest(company, company.second, held)
    contest(company, company.second, held, "a third text")
    contest(company, company.anna, held, "and one of the same phone")
    path = f"/api/v1/operations/{held['id']}"

    refused: Any = company.api.post(f"{path}/discard", {"reason": "a test"}).json

    assert (refused["status"], refused["type"].rpartition("/")[2]) == (409, "several-texts")
    assert [text["device"] for text in refused["texts"]] == [
        str(phone.id) for phone in (company.anna, company.second, company.second, company.anna)
    ]
    for text in refused["texts"][1:]:
        body = {"reason": "a test", "text_position": text["text_position"]}
        assert company.api.post(f"{path}/discard", body).status_code == 200
        assert company.api.post(f"{path}/discard", body).status_code == 409
    assert company.statuses() == ["held", "discarded", "discarded", "discarded"]
    company.arrive()
    assert company.settle(times=3) == 1
    assert company.texts() == ["It has come.", "the original"]


def test_the_office_releases_the_text_that_it_names(company: Company) -> None:
    """Issue 8, 1: release, and what is shown, go by the text and not by the id."""
    held = company.held()
    contest(company, company.second, held)
    path = f"/api/v1/operations/{held['id']}"
    first, other = [item["text_position"] for item in company.operations(f"&operation={held['id']}")]

    assert '"the original"' in company.api.get(path).json["body"]  # type: ignore[index]
    assert '"another text"' in company.api.get(f"{path}?text_position={other}").json["body"]  # type: ignore[index]
    assert company.api.get(f"{path}?text_position={other + 1}").status_code == 404
    assert company.api.post(f"{path}/release").status_code == 409
    assert company.api.post(f"{path}/release", {"text_position": other + 1}).status_code == 404
    assert company.api.post(f"{path}/release", {"text_position": other}).status_code == 200
    assert company.api.post(f"{path}/release", {"text_position": other}).status_code == 409
    assert company.texts() == ["another text"]
    assert company.statuses() == ["held", "released"]
    assert company.api.post(f"{path}/release").status_code == 200, "only one is left, so that none has to be named"
    assert company.api.post(f"{path}/release", {"text_position": first}).status_code == 409
    assert company.texts() == ["another text", "the original"]


def test_what_was_recorded_is_not_touched_by_a_contest_and_its_release(company: Company) -> None:
    """Issue 8, 1: an operation that was applied at once, and another text under its id."""
    applied = company.note(company.anna, "the original")
    company.anna.send(applied)
    contest(company, company.second, applied)
    assert company.api.post(f"/api/v1/operations/{applied['id']}/release").status_code == 200
    assert company.texts() == ["the original", "another text"]
    assert company.anna.result(applied).status == "applied"


def test_a_device_is_told_of_its_own_text(company: Company) -> None:
    """Issue 8, 1: the document of an operation says what became of the first text; a contest has one of its own."""
    held = company.held()
    contest(company, company.second, held)
    contest(company, company.boris, held, "a text of Boris")
    before = company.documents()
    assert (len(before), before[held["id"]]) == (3, before[held["id"]] | {"status": "held"})
    others = [body for id, body in before.items() if id != held["id"]]
    assert all(id.startswith(held["id"] + "/") for id in before if id != held["id"])
    assert {(body["device"], body["operation"], body["status"]) for body in others} == {
        (str(phone.id), held["id"], "quarantined") for phone in (company.second, company.boris)
    }

    company.arrive()
    company.settle(times=2)
    position = company.operations(f"&device={company.second.id}")[0]["text_position"]
    released = company.api.post(f"/api/v1/operations/{held['id']}/release", {"text_position": position})

    assert released.status_code == 200
    after = company.documents()
    assert (after[held["id"]]["status"], len(after[held["id"]]["positions"])) == ("applied", 2)
    [own] = [body for body in after.values() if body.get("device") == str(company.second.id)]
    assert (own["status"], len(own["positions"])) == ("applied", 1)
    [theirs] = [body for body in after.values() if body.get("device") == str(company.boris.id)]
    assert theirs["status"] == "quarantined"


def test_two_texts_under_one_id_in_one_push_block_nothing(company: Company) -> None:
    """Issue 8, 1: the same id twice in one push, with other content and with the same."""
    first = company.note(company.anna, "first")
    other = company.note(company.anna, "second", id=first["id"])
    same = first | {"seq": other["seq"] + 1}
    company.anna.seq += 1
    last = company.note(company.anna, "last")

    results = company.anna.send(first, other, same, last).results

    assert [result.status for result in results] == ["applied", "quarantined", "quarantined", "applied"]
    assert company.texts() == ["first", "last"]


def test_no_text_is_decided_twice_whoever_tries(company: Company) -> None:
    """Issue 8, 1: the log refuses a second decision about a text, and all that would be recorded with it."""
    held = company.held()
    company.arrive()
    assert company.settle() == 1
    [event] = company.log.held_or_quarantined(UUID(held["id"]))
    [(status, answers)] = company.log.pool.fetch_all(
        "SELECT min(status), count(*) FROM log.operations WHERE device = %s AND incarnation = %s AND seq = %s",
        (str(company.anna.id), DECIDED, event.version),
    )
    assert (status, answers) == ("applied", 1)
    head = company.log.head()

    with pytest.raises(IntegrityError):
        company.log.work().commit([decision_answer(event, "", "applied")])

    assert company.log.head() == head

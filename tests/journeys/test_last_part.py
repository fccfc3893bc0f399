"""Two devices and one last part: both uses are recorded, one discrepancy is open, and it has an owner."""

from __future__ import annotations

import pytest

from domain.stock.location import VIRTUAL
from tests.support.company import Company
from tests.support.story import Story, ago, used


@pytest.mark.parametrize("first", ["Anna", "Boris"])
def test_both_uses_of_the_last_part_stand_in_whatever_order_they_arrive(company: Company, first: str) -> None:
    story = Story(company)
    anna, boris, part = company.hire("Anna"), company.hire("Boris"), story.part()
    story.stock(anna.van, part, "1", occurred_at=ago(240).isoformat())
    phones = {person.name: company.device(person) for person in (anna, boris)}
    jobs = {person.name: story.job(person, story.case(story.customer())) for person in (anna, boris)}
    phones["Anna"].sync()
    assert [line["on_hand"] for line in phones["Anna"].stock()] == [1]

    taken = {
        "Anna": phones["Anna"].record("part_used", used(jobs["Anna"], anna.van, part), ago(60)),
        "Boris": phones["Boris"].record("part_used", used(jobs["Boris"], anna.van, part), ago(50)),
    }
    second = {"Anna": "Boris", "Boris": "Anna"}[first]
    results = [result for name in (first, second) for result in phones[name].sync().results]

    assert [result["status"] for result in results] == ["applied", "applied"]
    positions = [result["positions"][0] for result in results]
    story.keeper.position = max(positions)
    assert story.on_hand(anna.van, part) == "-1"
    assert story.on_hand(str(VIRTUAL["customer"]), part) == "2"
    [misfit] = story.open_discrepancies(kind="negative_book", part=part)
    assert misfit["owner"] == anna.id
    assert misfit["refs"]["location"] == anna.van
    assert misfit["refs"]["part"] == part
    [later] = [result["positions"][0] for result in results if result["id"] == taken["Boris"]]
    assert [event["position"] for event in misfit["events"]] == [later], "the one who came to an empty shelf"

    phones["Anna"].sync()
    [shown] = [one["body"] for one in phones["Anna"].documents("discrepancy")]
    assert (shown["kind"], shown["status"]) == ("negative_book", "open")
    assert [line["on_hand"] for line in phones["Anna"].stock()] == [-1]


def test_a_late_receipt_that_explains_it_closes_the_discrepancy_by_itself(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    phone = company.device(anna)
    phone.record("part_used", used(story.job(anna), anna.van, part), ago(60))
    phone.sync()
    story.dispatcher.position = story.keeper.position = company.admin.get("projections")["position"]
    assert len([one for one in story.open_discrepancies() if part in str(one)]) == 1

    story.stock(anna.van, part, "1", occurred_at=ago(120).isoformat())

    assert story.on_hand(anna.van, part) == "0"
    story.dispatcher.position = story.keeper.position
    assert [one for one in story.open_discrepancies() if part in str(one)] == []
    phone.sync()
    shown = [one["body"]["status"] for one in phone.documents("discrepancy") if one["gone"] is None]
    assert "open" not in shown


def test_the_same_part_on_the_same_job_from_two_devices_is_asked_about(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "5", occurred_at=ago(240).isoformat())
    order = story.job(anna)
    for number, device in enumerate([company.device(anna), company.device(anna)]):
        device.record("part_used", used(order, anna.van, part), ago(30 + number))
        [result] = device.sync().results
        assert result["positions"]
        story.dispatcher.position = result["positions"][-1]
    [misfit] = [one for one in story.open_discrepancies(kind="possible_double_use") if part in str(one)]
    assert misfit["refs"]["work_order"] == order
    story.keeper.position = story.dispatcher.position
    assert story.on_hand(anna.van, part) == "3"

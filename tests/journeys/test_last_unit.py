"""Two devices and one serial number: both uses are recorded, one discrepancy is open, and both technicians see it."""

from __future__ import annotations

from typing import Any

from tests.support.company import Company
from tests.support.story import Story, ago, used

NUMBER = "BOARD-0001"


def test_both_uses_of_one_unit_stand_and_both_who_say_so_are_told(company: Company) -> None:
    story = Story(company)
    part = story.part("Board", tracking="serial")
    people = anna, boris = company.hire("Anna"), company.hire("Boris")
    story.stock(anna.van, part, "1", occurred_at=ago(240).isoformat(), serials=[NUMBER])
    story.stock(boris.van, part, "1", occurred_at=ago(240).isoformat(), serials=["BOARD-0002"])
    phones = [company.device(person) for person in people]
    jobs = [story.job(person, story.case(story.customer())) for person in people]
    for phone in phones:
        phone.sync()

    for minutes, phone, person, job in zip((60, 50), phones, people, jobs, strict=True):
        phone.record("part_used", used(job, person.van, part, serials=[NUMBER]), ago(minutes))
    results = [result for phone in reversed(phones) for result in phone.sync().results]
    phones[1].sync()

    assert [result["status"] for result in results] == ["applied", "applied"]
    story.keeper.position = max(result["positions"][0] for result in results)
    assert [story.on_hand(person.van, part) for person in people] == ["0", "0"], "the quantities fit: only the unit not"
    [misfit] = story.open_discrepancies(part=part)
    assert (misfit["kind"], misfit["refs"]) == ("serial_elsewhere", {"part": part, "serial": NUMBER})
    assert (misfit["owner"], misfit["owner_role"]) == (None, "dispatcher")
    assert sorted(event["position"] for event in misfit["events"]) == sorted(
        result["positions"][0] for result in results
    )
    assert [shown(phone)["status"] for phone in phones] == ["open", "open"]

    path = f"discrepancies/{misfit['id']}"
    story.dispatcher.post(f"{path}/assign", {"to": anna.id})
    for phone in phones:
        phone.sync()
    assert [(shown(phone)["status"], shown(phone)["owner"]) for phone in phones] == [("assigned", anna.id)] * 2

    wrong = results[0]["id"]
    phones[1].record("fact_corrected", {"operation": wrong, "reason": "It was 0002."}, ago(5))
    phones[1].record("part_used", used(jobs[1], boris.van, part, serials=["BOARD-0002"]), ago(4))
    positions = [position for result in phones[1].sync().results for position in result["positions"]]
    story.dispatcher.position = story.keeper.position = max(positions)
    assert story.dispatcher.get(path)["status"] == "closed"
    assert [story.on_hand(person.van, part) for person in people] == ["0", "0"]
    assert [view["differences"] for view in company.verified() if view["name"] == "serials"] == [[]]


def shown(phone: Any) -> Any:
    """The only discrepancy on a device."""
    [one] = [document["body"] for document in phone.documents("discrepancy") if document["gone"] is None]
    return one

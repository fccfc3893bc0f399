"""A work order is reassigned while its technician finishes it: nothing is lost, and the office decides about it."""

from __future__ import annotations

from sync.device import Device
from tests.support.company import Company, Technician
from tests.support.story import Story, ago, used

TRUTH = "The second valve was the real cause"


def finish(phone: Device, order: str, anna: Technician, part: str) -> None:
    """Anna records the end of the work an hour ago, on a device without network."""
    phone.record("diagnosed", {"work_order": order, "problem": "leak", "cause": "valve", "remedy": "replace"}, ago(60))
    phone.record("part_used", used(order, anna.van, part), ago(50))
    phone.record("note_added", {"work_order": order, "text": TRUTH}, ago(45))
    phone.record("work_completed", {"work_order": order, "fixed": "yes", "remedy": "valve"}, ago(40))
    phone.record("close_work_order", {"work_order": order}, ago(39))


def test_what_was_finished_after_a_reassignment_is_kept_and_the_office_confirms_it(company: Company) -> None:
    story = Story(company)
    anna, boris, part = company.hire("Anna"), company.hire("Boris"), story.part()
    story.stock(anna.van, part, "2", occurred_at=ago(240).isoformat())
    order = story.job(anna, story.case(story.customer()))
    hers, his = company.device(anna), company.device(boris)

    finish(hers, order, anna, part)
    story.dispatcher.post(f"work-orders/{order}/assign", {"technician": boris.id})
    his.sync()
    assert his.document("work_order", order) is not None
    results = hers.sync().results

    assert [result["status"] for result in results] == ["conflicted"] * 4 + ["rejected"]
    assert {notice["code"] for result in results[:4] for notice in result["notices"]} == {"work_after_reassignment"}
    assert all(notice["refs"]["work_order"] == order for result in results[:4] for notice in result["notices"])
    story.dispatcher.position = max(position for result in results for position in result["positions"])
    shown = story.dispatcher.get(f"work-orders/{order}")
    assert (shown["technician"], shown["status"] in ("completed", "closed")) == (boris.id, False)
    assert [one["kind"] for one in story.open_discrepancies(work_order=order)] == ["work_after_reassignment"]
    story.keeper.position = story.dispatcher.position
    assert story.on_hand(anna.van, part) == "1"

    his.sync()
    document = his.document("work_order", order)
    assert document is not None
    assert TRUTH in str(document["body"]["notes"])
    assert [used["part"] for used in document["body"]["parts_used"]] == [part]
    hers.sync()
    assert all(one["gone"] == "reassigned" for one in hers.documents("work_order", order))

    story.dispatcher.post(f"work-orders/{order}/complete", {"fixed": "yes", "technician": anna.id})
    assert story.dispatcher.get(f"work-orders/{order}")["status"] == "completed"
    topics = [event["topic"] for event in company.admin.every("events", stream=order)]
    assert topics[-2:] == ["work_order.completion_reported", "work_order.completed"]


def test_the_job_stays_readable_on_the_device_until_what_was_done_has_been_sent(company: Company) -> None:
    story = Story(company)
    anna, boris, part = company.hire("Anna"), company.hire("Boris"), story.part()
    order = story.job(anna)
    phone = company.device(anna)
    finish(phone, order, anna, part)
    story.dispatcher.post(f"work-orders/{order}/assign", {"technician": boris.id})
    company.admin.get("work-orders", at_least=story.dispatcher.position)
    phone.pull()
    [kept] = phone.documents("work_order", order)
    assert kept["gone"] == "reassigned"
    phone.sync()
    assert phone.documents("work_order", order) == []


def test_work_on_a_job_that_was_called_off_is_kept_too(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    order = story.job(anna)
    phone = company.device(anna)
    finish(phone, order, anna, part)
    story.dispatcher.post(f"work-orders/{order}/cancel", {"reason": "The customer bought a new one."})
    results = phone.sync().results
    assert [result["status"] for result in results] == ["conflicted"] * 4 + ["rejected"]
    assert {notice["code"] for result in results[:4] for notice in result["notices"]} == {"work_after_cancel"}
    story.dispatcher.position = max(position for result in results for position in result["positions"])
    assert story.dispatcher.get(f"work-orders/{order}")["status"] == "cancelled"
    assert "work_after_cancel" in {one["kind"] for one in story.open_discrepancies(work_order=order)}


def test_a_job_done_twice_is_completed_once_and_asked_about(company: Company) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    order = story.job(anna)
    for number, device in enumerate([company.device(anna), company.device(anna)]):
        device.record("work_completed", {"work_order": order, "fixed": "yes"}, ago(60 - number))
        [result] = device.sync().results
        assert result["status"] == ("conflicted" if number else "applied")
        story.dispatcher.position = result["positions"][-1]
    assert story.dispatcher.get(f"work-orders/{order}")["status"] == "completed"
    assert [one["kind"] for one in story.open_discrepancies(work_order=order)] == ["duplicate_completion"]

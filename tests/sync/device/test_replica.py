"""The replica: what is gone disappears unless unsent work names it, and stock shows what was done here."""

from sync.device import Device
from tests.support.fake_office import JOB, PART, VAN, VISIT, FakeOffice, answers_with
from tests.support.fake_office_enrolment import reply

USED = {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1", "serials": list[str]()}


def test_what_is_gone_disappears(office: FakeOffice, device: Device) -> None:
    office.put("work_order", JOB, number="1")
    device.pull()
    office.take_away("work_order", JOB, "reassigned")

    device.pull()

    assert device.documents("work_order") == []


def test_what_an_unsent_operation_names_stays_readable_until_it_is_acknowledged(
    office: FakeOffice, device: Device
) -> None:
    office.put("work_order", JOB, number="1")
    office.put("visit", VISIT, work_order=JOB)
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="5")
    device.pull()
    device.record("part_used", {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1"})
    office.take_away("work_order", JOB, "reassigned")
    office.take_away("visit", VISIT, "reassigned")
    office.take_away("stock", f"{VAN}/{PART}", "van_handed_over")

    device.pull()

    order, stock = device.document("work_order", JOB), device.document("stock", f"{VAN}/{PART}")
    assert order is not None
    assert (order["gone"], order["body"]) == ("reassigned", {"number": "1"})
    assert stock is not None
    assert stock["gone"] == "van_handed_over"
    assert device.documents("visit") == []
    del office.documents["stock", f"{VAN}/{PART}"]
    assert device.push()[0]["status"] == "conflicted"
    assert device.documents("work_order") == device.documents("stock") == []


def test_what_comes_back_is_no_longer_gone(office: FakeOffice, device: Device) -> None:
    office.put("work_order", JOB, number="1")
    device.pull()
    device.record("note_added", {"work_order": JOB, "text": "mine"})
    office.take_away("work_order", JOB, "reassigned")
    device.pull()
    office.put("work_order", JOB, number="1")

    device.sync()

    assert [row["gone"] for row in device.documents("work_order")] == [None]


def test_everything_is_sent_and_its_effects_are_pulled_when_one_batch_is_not_enough(
    office: FakeOffice, device: Device
) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="200")
    for _ in range(130):
        device.record("part_used", {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1", "serials": []})

    device.sync()

    assert office.asked[1:] == ["POST push", "POST push", "GET pull"]
    assert [str(line["confirmed"]) for line in device.stock()] == ["70"]


def on_hand(device: Device) -> list[str]:
    return [str(line["on_hand"]) for line in device.stock()]


def test_stock_shows_what_was_done_here_until_the_documents_show_it(office: FakeOffice, device: Device) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="5", reserved="0")
    device.pull()
    device.record("part_used", USED)
    assert on_hand(device) == ["4"]

    device.push()

    assert device.outbox() == []
    assert on_hand(device) == ["4"]
    device.pull()
    assert [(str(line["on_hand"]), str(line["confirmed"])) for line in device.stock()] == [("4", "4")]


def test_what_the_documents_show_already_is_not_shown_twice_while_it_is_sent_again(
    office: FakeOffice, device: Device
) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="5", reserved="0")
    device.record("part_used", USED)
    device.sync()
    device.enrol("a fresh code", "phone")
    device.record("part_used", USED)

    assert len(device.outbox()) == 2
    assert on_hand(device) == ["3"]
    device.sync()
    assert on_hand(device) == ["3"]


def test_every_deed_with_parts_moves_the_stock_and_a_count_sets_it(office: FakeOffice, device: Device) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="5", reserved="0")
    device.pull()
    seen = []
    for kind in ("part_received", "part_removed", "part_scrapped", "part_sent", "part_used"):
        device.record(kind, USED | {"quantity": "0.5"})
        seen += on_hand(device)
    device.record("stock_counted", USED | {"quantity": "9"})
    device.record("part_used", USED)
    device.record("reserve_part", USED)
    device.record("part_used", {"quantity": "no number", "location": VAN, "part": PART})

    assert seen == ["5.5", "6.0", "5.5", "5.0", "4.5"]
    assert on_hand(device) == ["8"]


def test_a_part_that_is_not_on_the_van_by_the_book_is_shown_below_zero(device: Device) -> None:
    device.record("part_used", USED)

    assert [(line["part"], str(line["on_hand"])) for line in device.stock()] == [(PART, "-1")]


def test_a_quarantined_use_counts_until_the_office_has_decided(office: FakeOffice, device: Device) -> None:
    id_ = device.record("part_used", USED)
    result = {"id": id_, "seq": 1, "status": "quarantined", "problem": {"detail": "under suspicion"}}
    office.faults.append(answers_with(reply(200, {"acknowledged": 1, "results": [result]})))
    device.sync()
    assert on_hand(device) == ["-1"]

    office.put("operation", id_, status="rejected", positions=[], notices=[])
    device.pull()

    assert device.stock() == []

"""All functions of the reference device on the real server: signatures, groups, digests, event stream, erasure."""

from __future__ import annotations

from pathlib import Path
from random import Random
from threading import Thread

import pytest

from sync.device import Device, ErasedError, NewOperation, RefusedError
from tests.support.company import Company
from tests.support.story import Story, ago, used

PICTURE = Random(6).randbytes(600_000)


def test_a_signed_group_is_one_commit_and_the_digests_agree_afterwards(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "5")
    order = story.job(anna)
    phone = company.device(anna)
    assert phone.status()["signs"] is True
    assert phone.status()["agrees"] is True

    note = NewOperation("note_added", {"work_order": order, "text": "Grüße \U0001f600"}, ago(8))
    ids = phone.record_group([NewOperation("part_used", used(order, anna.van, part), ago(9)), note])
    results = phone.sync().results

    assert [result["status"] for result in results] == ["applied", "applied"]
    assert [result["id"] for result in results] == ids
    assert phone.sync().caught_up
    assert phone.status()["agrees"] is True


def test_a_photo_follows_its_operation_to_the_office(company: Company) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    order, phone = story.job(anna), company.device(anna)
    picture = phone.attach(PICTURE, "image/png")
    phone.record("photo_taken", {"work_order": order} | picture, ago(9))

    assert phone.sync().blobs == 1

    shown = company.desk("agent").ask("GET", f"/api/v1/blobs/{picture['sha256']}")
    assert (shown.status, shown.body == PICTURE) == (200, True)
    assert phone.status()["blobs_waiting"] == 0


def test_what_was_damaged_on_the_phone_is_healed_by_the_server(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.job(anna)
    phone = company.device(anna)
    before = {row["id"]: row["body"] for kind in phone.status()["documents"] for row in phone.documents(kind)}
    phone.db.execute("UPDATE documents SET body = '{}' WHERE id = ?", (part,))
    phone.db.execute("DELETE FROM documents WHERE type = 'work_order'")

    phone.sync()

    after = {row["id"]: row["body"] for kind in phone.status()["documents"] for row in phone.documents(kind)}
    assert after == before
    assert phone.status()["agrees"] is True


def test_a_phone_that_listens_is_woken_by_the_office(company: Company) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    phone = company.device(anna)
    woken = list[bool]()

    def listen() -> None:
        listener = Device(phone.path)
        woken.append(listener.live())
        listener.close()

    thread = Thread(target=listen)
    thread.start()
    order = story.job(anna)
    thread.join(60)

    assert woken == [True]
    phone.sync(wait=10)
    assert phone.document("work_order", order) is not None


def test_a_lost_reply_to_an_enrolment_is_given_again(company: Company) -> None:
    anna = company.hire("Anna")
    phone, code = company.blank_device(), company.code(anna)
    phone.enrol(code, "phone")
    first = phone.status()
    phone._local.file.set(device_id=None, access_token=None)

    phone.enrol(code, "phone")

    assert {name: phone.status()[name] for name in ("device_id", "incarnation")} == {
        name: first[name] for name in ("device_id", "incarnation")
    }
    phone._local.file.set(refresh_token="long ago", access_token="long ago")
    phone.sync()


def test_a_copied_phone_becomes_a_second_device(company: Company, tmp_path: Path) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    order, phone = story.job(anna), company.device(anna)
    shared = phone.record("note_added", {"work_order": order, "text": "in both"}, ago(9))
    phone.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "copy.sqlite").write_bytes(Path(phone.path).read_bytes())
    copy = Device(str(tmp_path / "copy.sqlite"))

    copy.enrol(company.code(anna), "second", as_new=True)

    assert [result["status"] for result in phone.push()] == ["applied"]
    assert [(result["id"], result.get("duplicate")) for result in copy.push()] == [(shared, True)]
    copy.record("note_added", {"work_order": order, "text": "its own"}, ago(5))
    assert [result["status"] for result in copy.push()] == ["applied"]
    copy.close()


def test_a_lost_phone_hands_its_work_over_and_erases_itself(company: Company) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    order, phone = story.job(anna), company.device(anna)
    photo = phone.attach(b"a picture of Kastanienbaum", "image/png")
    ids = [phone.record("photo_taken", {"work_order": order} | photo, ago(9))]
    ids.append(phone.record("note_added", {"work_order": order, "text": "unsent"}, ago(8)))
    device = phone.status()["device_id"]
    company.admin.post(f"devices/{device}/revoke", {"reason": "lost", "wipe": True})

    with pytest.raises(ErasedError):
        phone.sync()

    assert b"Kastanienbaum" not in Path(phone.path).read_bytes()
    assert phone.status()["documents"] == {}
    status = "SELECT id::text, status FROM log.operations WHERE id = ANY(%s::uuid[])"
    assert dict(company.rows(status, ids)) == dict.fromkeys(ids, "quarantined")
    with pytest.raises(RefusedError, match="not enrolled"):
        phone.sync()

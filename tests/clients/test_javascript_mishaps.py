"""The JavaScript client in trouble with the real server: both come to the same again."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from random import Random
from time import monotonic, sleep

from tests.clients.counterpart import Json, digests
from tests.clients.node import NodeDevice, enrolled, needs_node, server_means, started
from tests.support.company import Company, company_on
from tests.support.databases import Cluster
from tests.support.story import Story, used

pytestmark = needs_node
WAKE_SECONDS = 12  # a phone that is not woken looks by itself after 16


def note(order: str, text: str = "It drips.") -> tuple[str, Json]:
    """A note on a work order."""
    return "note_added", {"work_order": order, "text": text}


def test_a_phone_that_lost_and_altered_documents_is_healed(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    lost, altered = story.job(anna), story.job(anna)
    phone = enrolled(company, anna)

    def spoil(state: Json) -> None:
        del state["documents"][f"work_order {lost}"]
        state["documents"][f"work_order {altered}"]["body"]["problem"] = "It burns."
        state["documents"]["part made-up"] = {"type": "part", "id": "made-up", "shared": True, "body": {}}

    phone.edit(spoil)
    phone.done("sync")
    assert phone.held == enrolled(company, anna).held
    assert server_means(phone) == digests(phone.held)


def test_a_photo_arrives_whole_chunk_by_chunk(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    order, content = story.job(anna), bytes(range(251)) * 2500
    phone = enrolled(company, anna)
    blob = phone.photograph(content, order)
    phone.done("sync")
    assert phone.state["blobs"] == {}
    assert list(phone.file.parent.glob(f"{phone.file.name}.blobs/*")) == []
    assert company.admin.ask("GET", f"/api/v1/{blob}").body == content


def test_what_needs_another_phones_work_is_held_until_that_has_come(company: Company) -> None:
    story, anna, boris = Story(company), company.hire("Anna"), company.hire("Boris")
    part, order = story.part(), story.job(anna)
    story.stock(boris.van, part, "1")
    first, second = enrolled(company, boris), enrolled(company, anna)
    [needed] = first.record(("part_used", used(order, boris.van, part)))
    [waiting] = second.record(note(order), options=("--needs", needed["id"]))
    second.done("sync")
    assert (second.statuses, second.lines("outbox")) == (["held"], [])
    first.done("sync")
    second.done("sync")
    [bodies] = [document["body"] for document in second.lines("show", "operation") if document["id"] == waiting["id"]]
    assert bodies["status"] == "applied"
    assert second.held == enrolled(company, anna).held


def test_a_copied_phone_notices_it_and_goes_on_as_another_one(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    order = story.job(anna)
    phone = enrolled(company, anna)
    phone.record(note(order, "before"))
    phone.done("sync")
    copy = NodeDevice(phone.file.with_suffix(".copy"), company.url)
    shutil.copy(phone.file, copy.file)
    phone.record(note(order, "of the first"))
    phone.done("sync")
    copy.record(note(order, "of the copy"))
    assert "enrol again" in copy.failed("sync")
    copy.done("enrol", company.code(anna), "second phone", "--copy")
    copy.done("sync")
    phone.record(note(order, "after"))
    phone.done("sync")
    [job] = [document for document in phone.lines("show", "work_order") if document["id"] == order]
    assert sorted(one["text"] for one in job["body"]["notes"]) == ["after", "before", "of the copy", "of the first"]


def test_a_lost_phone_hands_in_its_outbox_and_forgets_everything(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    phone = enrolled(company, anna)
    [operation] = phone.record(note(story.job(anna), "Not sent yet."))
    device = phone.state["device_id"]
    company.admin.post(f"devices/{device}/revoke", {"reason": "lost"})
    assert "erased" in phone.failed("sync")
    assert company.admin.get(f"operations/{operation['id']}")["status"] == "quarantined"
    assert (phone.lines("show"), phone.lines("outbox")) == ([], [])
    assert "Anna" not in phone.file.read_text()


def test_a_phone_whose_battery_dies_again_and_again_loses_and_doubles_nothing(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    order, dice = story.job(anna), Random(7)
    phone = enrolled(company, anna)
    written = [str(number) for number in range(8)]
    for text in written:
        phone.record(note(order, text))
        with started("device.mjs", str(phone.file), phone.url, "sync") as dying:
            sleep(dice.uniform(0.05, 0.4))
            dying.kill()
    phone.done("sync")
    [job] = phone.lines("show", "work_order")
    assert sorted(one["text"] for one in job["body"]["notes"]) == written
    assert phone.held == enrolled(company, anna).held


def test_what_a_suspended_phone_sends_waits_for_the_office(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    order = story.job(anna)
    phone = enrolled(company, anna)
    device = phone.state["device_id"]
    company.admin.post(f"devices/{device}/suspend", {"reason": "Left in a train."})
    [operation] = phone.record(note(order))
    assert "device-suspended" in phone.run("sync").stderr
    assert (phone.statuses, phone.lines("outbox")) == (["quarantined"], [])
    company.admin.post(f"operations/{operation['id']}/release", {})
    company.admin.post(f"devices/{device}/resume", {})
    phone.done("sync")
    [job] = phone.lines("show", "work_order")
    assert [one["text"] for one in job["body"]["notes"]] == ["It drips."]
    assert phone.held == enrolled(company, anna).held


def test_a_phone_that_follows_is_woken_by_what_changes(company: Company) -> None:
    story, anna = Story(company), company.hire("Anna")
    phone = enrolled(company, anna)
    with started("device.mjs", str(phone.file), phone.url, "sync", "--follow") as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline(), "the first sync"
        sleep(1)
        order, last = story.job(anna), monotonic() + WAKE_SECONDS
        while f"work_order {order}" not in phone.state["documents"] and monotonic() < last:
            sleep(0.1)
        follower.send_signal(signal.SIGTERM)
        follower.wait(WAKE_SECONDS)
    assert order in [document["id"] for document in phone.lines("show", "work_order")]


def test_a_server_restored_from_a_backup_gets_again_what_it_lost(
    cluster: Cluster, template: str, tmp_path: Path
) -> None:
    with cluster.database(template) as dsn:
        with company_on(dsn, tmp_path) as before:
            story, anna = Story(before), before.hire("Anna")
            order = story.job(anna)
            phone = enrolled(before, anna)
            phone.record(note(order, "kept"))
            phone.done("sync")
        with cluster.database(dsn.rsplit("/", 1)[-1].split("?")[0]) as backup:
            with company_on(dsn, tmp_path) as doomed:
                phone.url = doomed.url
                phone.record(note(order, "lost by the server"))
                phone.done("sync")
            with company_on(backup, tmp_path) as restored:
                assert restored.callout("restored").returncode == 0
                phone.url = restored.url
                phone.record(note(order, "new"))
                phone.done("sync")
                fresh = enrolled(restored, anna)
                assert phone.held == fresh.held
                [job] = phone.lines("show", "work_order")
                assert [one["text"] for one in job["body"]["notes"]] == ["kept", "lost by the server", "new"]

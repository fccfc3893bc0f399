"""A device whose documents differ is sent the leaves that differ, and all that belongs into them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import orjson
import pytest

from domain.access.device import Device
from domain.access.device_limits import MOST_PAGE_BYTES
from sync.admission import Overloaded
from sync.cursor import Cursors
from sync.limits import RateLimited
from sync.problems import CursorExpired
from sync.verify import NOT_REPORTED, Verify, parse_verify
from tests.support.field_setup import NOON
from tests.support.memory_documents import ANNA, MemoryDocuments, entry, leaf

ZERO = ["0" * 32] * 256


class Work:
    """A unit of work in memory."""

    def __init__(self, device: Device, log: MemoryLog) -> None:
        self._device, self._log = device, log

    def get(self, kind: type, id: UUID) -> Device:
        assert (kind, id) == (Device, ANNA.device)
        return self._device

    def add(self, envelope: Any, *entities: Device) -> None:
        for entity in entities:
            self._log.recorded += [(envelope, event) for event in entity.collect_events()]

    def commit(self) -> None:
        self._log.commits += 1


class MemoryLog:
    """As much of the log as a verification needs."""

    def __init__(self) -> None:
        self._device = Device.enrol(
            id=ANNA.device, technician=ANNA.technician, install_id="i", name="p", platform="t", app_version="1"
        )
        self._device.collect_events()
        self.recorded: list[tuple[Any, Any]] = []
        self.commits = 0

    def attempt(self, decide: Any) -> None:
        decide()

    def work(self) -> Work:
        return Work(self._device, self)


class Verifier:
    """Verifications over documents in memory."""

    def __init__(self) -> None:
        self.cabinet, self.log, self.wait = MemoryDocuments(), MemoryLog(), 0
        self.lost: list[int] = []
        self.cursors = Cursors(b"s" * 32, lambda _, position: self.lost.append(position))
        log: Any = self.log
        self.verify = Verify(log, self.cabinet, self.cursors, lambda _: self.wait)
        for number in range(20):
            self.cabinet.put(f"own {number}", size=number)
            self.cabinet.put(f"shared {number}", shared=True, size=number)
        self.cursor = self.now()

    def now(self) -> str:
        """The cursor of a device that has everything."""
        return self.cursors.write(ANNA.technician, self.cabinet.epoch, self.cabinet.through, NOON)

    def ask(self, own: list[str], shared: list[str], **more: Any) -> dict[str, Any]:
        body = json.dumps({"cursor": self.cursor, "own": own, "shared": shared} | more).encode()
        reply: dict[str, Any] = orjson.loads(self.verify.reply(ANNA, parse_verify(body), NOON))
        return reply

    def seen(self) -> list[tuple[Any, ...]]:
        """The mismatches on record."""
        return [(event.kind, event.server_count, event.device_count) for _, event in self.log.recorded]


def without(sums: list[str], row: dict[str, Any]) -> list[str]:
    """The sums of a device that lacks this document."""
    number = leaf(row["id"])
    left = int(sums[number], 16) - entry("part", row["id"], row["hash"])
    return [*sums[:number], f"{left % 2**128:032x}", *sums[number + 1 :]]


def test_a_device_that_holds_what_it_must_is_told_that_nothing_differs() -> None:
    verify = Verifier()
    reply = verify.ask(verify.cabinet.sums(), verify.cabinet.sums(shared=True))
    assert (reply["own"], reply["shared"], reply["changes"], reply["through"]) == ([], [], [], 40)
    assert reply["digests"]["own"]["count"] == reply["digests"]["shared"]["count"] == 20
    assert (verify.seen(), verify.log.commits) == ([], 0)


def test_a_leaf_that_differs_comes_whole_and_is_put_on_record() -> None:
    verify = Verifier()
    lost = verify.cabinet.rows[False, "part", "own 7"]
    sums = without(verify.cabinet.sums(), lost)
    reply = verify.ask(sums, verify.cabinet.sums(shared=True), counts={"own": 19, "shared": 20})
    number = leaf("own 7")
    belongs = [
        row["id"] for (shared, *_), row in verify.cabinet.rows.items() if not shared and leaf(row["id"]) == number
    ]
    assert (reply["own"], reply["shared"]) == ([number], [])
    assert sorted(change["id"] for change in reply["changes"]) == sorted(belongs)
    assert reply["changes"][0] == orjson.loads(verify.cabinet.rows[False, "part", belongs[0]]["entry"])
    assert verify.seen() == [("own", 20, 19)]
    [(envelope, event)] = verify.log.recorded
    assert (envelope.device, envelope.actor, envelope.occurred_at) == (ANNA.device, ANNA.technician, NOON)
    left = int(event.server_sum, 16) - entry("part", "own 7", lost["hash"])
    assert event.device_sum == f"{left % 2**128:032x}"


def test_a_device_that_holds_nothing_of_both_kinds_gets_all_of_it_and_two_records() -> None:
    verify = Verifier()
    reply = verify.ask(ZERO, ZERO)
    assert len(reply["changes"]) == 40
    assert verify.seen() == [("own", 20, NOT_REPORTED), ("shared", 20, NOT_REPORTED)]
    assert verify.log.commits == 1


def test_what_a_device_holds_though_it_is_gone_is_named_and_brings_nothing() -> None:
    verify = Verifier()
    sums = verify.cabinet.sums()
    verify.cabinet.take("own 3")
    verify.cursor = verify.now()  # the device says that it knows
    reply = verify.ask(sums, verify.cabinet.sums(shared=True))
    assert reply["own"] == [leaf("own 3")]
    assert "own 3" not in [change["id"] for change in reply["changes"]]
    assert verify.seen() == [("own", 19, NOT_REPORTED)]


@pytest.mark.parametrize("happens", ["put", "take", "new"])
def test_what_changed_behind_the_cursor_differs_and_is_no_mismatch(happens: str) -> None:
    verify = Verifier()
    sums, shared = verify.cabinet.sums(), verify.cabinet.sums(shared=True)
    if happens == "take":
        verify.cabinet.take("own 5")
    else:
        verify.cabinet.put("own 5" if happens == "put" else "own 99", size=100)
    reply = verify.ask(sums, shared)
    assert reply["own"] == [leaf("own 99" if happens == "new" else "own 5")]
    assert reply["through"] == 41
    assert verify.seen() == []
    read = verify.cursors.read(reply["cursor"], ANNA.technician, NOON)
    assert read.position == 41


def test_a_change_behind_the_cursor_hides_no_mismatch_in_another_leaf() -> None:
    verify = Verifier()
    sums = without(verify.cabinet.sums(), verify.cabinet.rows[False, "part", "own 7"])
    verify.cabinet.put("own 5", size=100)
    assert leaf("own 5") != leaf("own 7")
    assert sorted(verify.ask(sums, verify.cabinet.sums(shared=True))["own"]) == sorted([leaf("own 5"), leaf("own 7")])
    assert verify.seen() == [("own", 20, NOT_REPORTED)]


def test_too_much_for_one_reply_is_put_on_record_and_the_device_begins_anew() -> None:
    verify = Verifier()
    for number in range(3):
        verify.cabinet.put(f"big {number}", words="x" * (MOST_PAGE_BYTES // 2))
    verify.cursor = verify.now()
    with pytest.raises(CursorExpired):
        verify.ask(ZERO, verify.cabinet.sums(shared=True))
    assert verify.seen() == [("own", 23, NOT_REPORTED)]


def test_a_device_that_has_verified_too_often_waits() -> None:
    verify = Verifier()
    verify.wait = 1234
    with pytest.raises(RateLimited) as refused:
        verify.ask(ZERO, ZERO)
    assert refused.value.members == {"retry_after": 1234}
    assert verify.seen() == []


def test_a_cursor_must_be_as_good_as_for_a_pull_and_a_bad_one_costs_no_turn() -> None:
    verify = Verifier()
    verify.wait = 1234
    sums, shared = verify.cabinet.sums(), verify.cabinet.sums(shared=True)
    verify.cabinet.through = 39
    with pytest.raises(Overloaded):
        verify.ask(sums, shared)
    verify.cabinet.head = 39
    with pytest.raises(CursorExpired):
        verify.ask(sums, shared)
    assert verify.lost == [40]
    verify.cursor = "nonsense"
    with pytest.raises(CursorExpired):
        verify.ask(sums, shared)

"""A device is enrolled, trusted or not, and its quarantined operations wait for the office."""

from typing import Any
from uuid import uuid4

import pytest

from domain.access.device import Device
from domain.access.device_events import RevocationReason
from domain.access.device_status import DeviceIsRevoked, DeviceIsWiped
from domain.stock.movement_rules import ReasonNotNamed
from tests.support.given_when_then import given, state, then

ANNA, BEN = uuid4(), uuid4()


def phone() -> Device:
    return Device.enrol(
        id=uuid4(), technician=ANNA, install_id="i-1", name="Anna's phone", platform="android", app_version="1.0"
    )


def suspend(it: Device) -> None:
    it.suspend("clock jumps")


def lose(it: Device) -> None:
    it.revoke(reason="lost", wipe=True)


def retire(it: Device) -> None:
    it.revoke(reason="retired")


def test_an_enrolled_device_is_in_its_first_incarnation() -> None:
    app = {"install_id": "i-1", "name": "Anna's phone", "platform": "android", "app_version": "1.0"}

    assert then(phone()) == [("device.enrolled", {"technician": ANNA, "incarnation": 1, **app})]
    assert phone().is_active()


def test_a_device_remembers_nobodys_words() -> None:
    it = phone()
    it.reenrol(technician=BEN, install_id="i-2", name="Ben's phone", platform="ios", app_version="2.0")

    assert "'s phone" not in str(state(it))


def test_what_a_device_remembers_is_declared_for_its_snapshots() -> None:
    remembered = {name for name in state(phone()) if not name.startswith("_")}

    assert remembered == {name for name in Device.__annotations__ if not name.isupper()}


@pytest.mark.parametrize("acts", [(), (suspend,), (retire,)])
def test_enrolling_it_again_begins_the_next_incarnation(acts: tuple[object, ...]) -> None:
    it = given(phone(), *acts)  # type: ignore[arg-type]  # each is an act on a device
    app: Any = {"install_id": "i-2", "name": "Ben's phone", "platform": "ios", "app_version": "2.0"}

    it.reenrol(technician=BEN, **app)

    assert then(it) == [("device.reenrolled", {"technician": BEN, "incarnation": 2, **app})]
    assert it.is_active()


def test_a_device_that_was_told_to_erase_itself_is_enrolled_as_a_new_one() -> None:
    it = given(phone(), lose)

    with pytest.raises(DeviceIsWiped):
        it.reenrol(technician=ANNA, install_id="i-1", name="Anna's phone", platform="android", app_version="1.0")


def test_a_device_is_suspended_once_and_for_a_reason() -> None:
    it = given(phone())

    it.suspend("clock jumps")
    it.suspend("clock jumps again")

    assert then(it) == [("device.suspended", {"technician": ANNA, "reason": "clock jumps"})]
    assert not it.is_active()
    with pytest.raises(ReasonNotNamed):
        it.suspend(" ")


def test_a_suspended_device_is_trusted_again_once() -> None:
    it = given(phone(), suspend)

    it.resume()
    it.resume()

    assert then(it) == [("device.resumed", {"technician": ANNA})]
    assert it.is_active()


def test_a_revoked_device_is_neither_suspended_nor_resumed() -> None:
    it = given(phone(), retire)

    with pytest.raises(DeviceIsRevoked):
        it.suspend("clock jumps")
    with pytest.raises(DeviceIsRevoked):
        it.resume()


@pytest.mark.parametrize(("reason", "wipe"), [("lost", True), ("lost", False), ("retired", False)])
def test_a_device_is_revoked_as_lost_or_retired(reason: RevocationReason, wipe: bool) -> None:  # noqa: FBT001
    it = given(phone())

    it.revoke(reason=reason, wipe=wipe)
    it.revoke(reason=reason, wipe=wipe)

    assert then(it) == [("device.revoked", {"technician": ANNA, "reason": reason, "wipe": wipe})]
    assert it.is_revoked()


def test_a_retired_device_that_gets_lost_can_still_be_told_to_erase_itself() -> None:
    it = given(phone(), retire)

    it.revoke(reason="lost", wipe=True)
    it.revoke(reason="retired")

    assert then(it) == [("device.revoked", {"technician": ANNA, "reason": "lost", "wipe": True})]
    assert it.wipe


def test_that_a_device_has_erased_itself_is_recorded() -> None:
    it = given(phone(), lose)

    it.record_wipe()

    assert then(it) == [("device.wiped", {"technician": ANNA})]


def test_a_digest_that_differs_is_recorded_with_both_sides() -> None:
    it = given(phone())

    it.record_divergence(kind="own", server_count=3, server_sum="0f", device_count=2, device_sum="0e")

    sides = {"server_count": 3, "server_sum": "0f", "device_count": 2, "device_sum": "0e"}
    assert then(it) == [("device.divergence_observed", {"technician": ANNA, "kind": "own", **sides})]


def test_a_clock_is_recorded_when_it_moves_by_more_than_a_minute() -> None:
    it = given(phone())

    for offset in (60_000, 60_001, 120_001, 1, 0, -60_000):
        it.record_clock(offset)

    seen = [(fields["previous_ms"], fields["offset_ms"]) for _, fields in then(it)]
    assert seen == [(0, 60_001), (60_001, 0)]


def test_another_app_is_recorded_once() -> None:
    it = given(phone())

    it.record_app(app_version="1.0", platform="android")
    it.record_app(app_version="1.1", platform="android")
    it.record_app(app_version="1.1", platform="android")

    fields = {"technician": ANNA, "app_version": "1.1", "platform": "android"}
    assert then(it) == [("device.updated", fields)]

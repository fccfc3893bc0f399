"""A device's quarantined and held operations, which the office releases or discards."""

from uuid import uuid4

import pytest

from domain.access.device import Device
from domain.access.device_operations import Kept, Quarantining
from domain.access.device_status import NotWaiting, SeveralTexts
from domain.stock.movement_rules import ReasonNotNamed
from tests.support.given_when_then import given, state, then

ANNA, OPERATION, ORDER = uuid4(), uuid4(), uuid4()

ODD: Quarantining = {
    "operation": OPERATION,
    "seq": 7,
    "type": "part_teleported",
    "reason": "unknown-type",
    "detail": "There is no operation of this type.",
    "body": '{"note": "Mrs Smith was out"}',
    "refs": (ORDER,),
    "encoding": "utf-8",
}


def phone() -> Device:
    return Device.enrol(
        id=uuid4(), technician=ANNA, install_id="i-1", name="phone", platform="android", app_version="1.0"
    )


def suspend(it: Device) -> None:
    it.suspend("clock jumps")


def lose(it: Device) -> None:
    it.revoke(reason="lost", wipe=True)


def quarantine(it: Device) -> None:
    it.record_quarantine(**ODD)


def test_a_device_remembers_no_words_of_its_operations() -> None:
    assert "Smith" not in str(state(given(phone(), quarantine)))


@pytest.mark.parametrize("acts", [(), (suspend,), (lose,), (quarantine,)])
def test_an_operation_is_put_aside_whatever_became_of_the_device(acts: tuple[object, ...]) -> None:
    it = given(phone(), *acts)  # type: ignore[arg-type]  # each is an act on a device

    it.record_quarantine(**ODD)

    assert then(it) == [("device.operation_quarantined", {"technician": ANNA, "contested": False, **ODD})]
    assert it.quarantined == (Kept(OPERATION, it.version),)


def test_a_quarantined_operation_is_sealed_under_its_own_key() -> None:
    assert Device.OperationQuarantined.PERSON == "operation"


def test_a_quarantined_operation_is_released_once() -> None:
    it = given(phone(), quarantine)

    it.release(OPERATION)

    assert then(it) == [("device.operation_released", {"technician": ANNA, "operation": OPERATION, "text_version": 2})]
    with pytest.raises(NotWaiting):
        it.release(OPERATION)


def test_a_released_operation_may_have_to_be_put_aside_again() -> None:
    it = given(phone(), quarantine, lambda one: one.release(OPERATION))

    quarantine(it)

    assert [kept.operation for kept in it.quarantined] == [OPERATION]


def test_a_quarantined_operation_is_discarded_once_and_for_a_reason() -> None:
    it = given(phone(), quarantine)

    with pytest.raises(ReasonNotNamed):
        it.discard(OPERATION, reason="")
    it.discard(OPERATION, reason="sent by a test phone")

    fields = {"technician": ANNA, "operation": OPERATION, "reason": "sent by a test phone", "text_version": 2}
    assert then(it) == [("device.operation_discarded", fields)]
    with pytest.raises(NotWaiting):
        it.discard(OPERATION, reason="sent by a test phone")


def test_only_a_quarantined_operation_is_released() -> None:
    with pytest.raises(NotWaiting):
        phone().release(OPERATION)


def test_a_refused_request_is_recorded_and_waits_for_nobody() -> None:
    it = given(phone(), quarantine)
    fields = {
        "operation": OPERATION,
        "seq": 7,
        "type": "reserve_part",
        "problem": "nothing-left",
        "detail": "None left.",
    }

    it.record_rejection(operation=OPERATION, seq=7, type="reserve_part", problem="nothing-left", detail="None left.")

    assert then(it) == [("device.operation_rejected", {"technician": ANNA, "refs": (), **fields})]
    assert it.quarantined == ()


def contest(it: Device) -> None:
    it.record_quarantine(**(ODD | {"contested": True}))


def test_another_text_under_a_known_id_waits_beside_the_first() -> None:
    """Issue 8, 1: each is decided about by itself, and an id alone is enough only while one of them waits."""
    it = given(phone(), quarantine, contest)
    assert it.undecided(OPERATION) == (2, 3)

    with pytest.raises(SeveralTexts):
        it.release(OPERATION)
    with pytest.raises(NotWaiting):
        it.release(OPERATION, 4)
    it.discard(OPERATION, 3, reason="a test")
    with pytest.raises(NotWaiting):
        it.discard(OPERATION, 3, reason="a test")
    it.release(OPERATION)

    assert [fields["text_version"] for _, fields in then(it)] == [3, 2]
    assert it.undecided(OPERATION) == ()


def test_decisions_of_earlier_servers_are_about_all_under_the_id() -> None:
    """Issue 8, 1: events that do not say which text are read as they were meant."""
    hold = {"operation": OPERATION, "seq": 1, "type": "note_added", "needs": (), "group": None, "refs": (), "body": "x"}
    it = given(phone(), lambda one: one.record_hold(**hold), contest)  # type: ignore[arg-type]
    assert it.holds(2)
    with pytest.raises(NotWaiting):
        it.must_hold(3)

    it.record_hold_ended(OPERATION)

    assert (it.held, it.quarantined) == ((), ())

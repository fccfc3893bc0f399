"""A server restored from a backup gets back what it had acknowledged to devices, and what is lost is on record."""

from __future__ import annotations

from uuid import uuid4

import pytest

from store.lives import begin_life
from store.log import EventLog
from sync.problems import DeviceForked, EpochChanged, SequenceGap
from tests.support.field_setup import Field, Phone
from tests.support.logs import read


def test_a_device_that_knows_another_life_of_the_log_is_told_where_to_begin_again(
    field: Field, phone: Phone, log: EventLog
) -> None:
    order, old = field.order(), str(log.epoch())
    phone.send(phone.operation("part_used", field.use(order)), epoch=old)
    begin_life(log, "restored")
    later = phone.operation("part_used", field.use(order))

    with pytest.raises(EpochChanged) as changed:
        phone.send(later, epoch=old)

    assert changed.value.members == {"epoch": str(log.epoch()), "resend_from": 2}
    assert log.epoch() != old
    assert phone.send(later, epoch=str(log.epoch())).epoch == log.epoch()


def test_what_a_copy_has_sent_since_the_restore_is_not_taken_for_what_the_device_had_sent(
    field: Field, phone: Phone, log: EventLog
) -> None:
    """Issue 8, 7, seed 400836137: the numbers of both are the same, and the device's own were never sent again."""
    order, old = field.order(), str(log.epoch())
    phone.send(phone.operation("part_used", field.use(order)), epoch=old)
    begin_life(log, "restored")
    of_its_copy = phone.operation("part_used", field.use(order))
    phone.send(of_its_copy, epoch=str(log.epoch()))

    with pytest.raises(EpochChanged) as changed:
        phone.send(epoch=old)
    assert changed.value.members == {"epoch": str(log.epoch()), "resend_from": 2}
    phone.seq = of_its_copy["seq"] - 1
    with pytest.raises(DeviceForked):
        phone.send(phone.operation("part_used", field.use(order)), epoch=str(log.epoch()))


def test_that_a_log_was_restored_is_an_event(log: EventLog) -> None:
    previous = log.epoch()

    epoch = begin_life(log, "restored from Monday's backup")

    event = read(log)[-1]
    assert (event.topic, event.stream, event.data.previous) == ("log.restored", epoch, previous)


def test_numbers_that_nobody_has_any_more_are_named_and_block_nothing(field: Field, phone: Phone) -> None:
    order = field.order()
    phone.seq = 3
    four = phone.operation("part_used", field.use(order))

    pushed = phone.send(four, missing={"from": 1, "through": 3})
    again = phone.send(four, missing={"from": 1, "through": 3})

    assert (pushed.acknowledged, pushed.results[0].status, again.results[0].duplicate) == (4, "applied", True)
    missed = [event for event in read(field.log) if event.topic == "device.operations_missed"]
    assert [(event.data.from_seq, event.data.through_seq) for event in missed] == [(1, 3)]


@pytest.mark.parametrize("missing", [{"from": 2, "through": 3}, {"from": 1, "through": 2}, {"from": 3, "through": 1}])
def test_a_device_cannot_skip_anything_but_what_is_expected_next(
    field: Field, phone: Phone, missing: dict[str, int]
) -> None:
    phone.seq = 3
    four = phone.operation("part_used", field.use(field.order()))

    with pytest.raises(SequenceGap):
        phone.send(four, missing=missing)


def test_an_operation_under_a_new_incarnations_number_keeps_its_first_result(field: Field, phone: Phone) -> None:
    operation = phone.operation("part_used", field.use(field.order()))
    first = phone.result(operation)
    phone.incarnation = 2
    field.log.operations.begin(phone.id, 2)

    again = phone.send(operation | {"seq": 1}, phone.operation("part_used", field.use(field.order()), id=str(uuid4())))

    assert [result.duplicate for result in again.results] == [True, False]
    assert again.results[0].positions == first.positions

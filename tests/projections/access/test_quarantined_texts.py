"""Issue 8, 1: what waits for the office is a text of a device, not an id: several texts may be under one."""

from __future__ import annotations

from random import Random, randrange
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from projections.access.device_row import DEVICES
from projections.access.device_texts import QUARANTINED
from projections.access.devices import Devices
from tests.support.memory_events import ViewsInMemory

ID, OTHER = uuid4(), uuid4()


class Desk:
    """One device and its row."""

    def __init__(self) -> None:
        self.device = Device.enrol(
            id=uuid4(), technician=uuid4(), install_id="i", name="p", platform="test", app_version="1"
        )
        self.views = ViewsInMemory(Devices())
        self.views.record(self.device)

    def quarantine(self, operation: UUID = ID, **more: Any) -> int:
        """The version of the text."""
        fields = {"seq": 1, "type": "note_added", "reason": "unknown-type", "detail": "d", "refs": (), "body": "{}"}
        self.device.record_quarantine(operation=operation, **{**fields, **more})
        self.views.record(self.device)
        return self.device.version

    def waiting(self) -> tuple[int, list[int]]:
        """How many wait by the device's row, and their versions."""
        row = self.views.row(DEVICES, self.device.id)
        assert len(row["quarantined"]) == row["quarantined_count"]
        return row["quarantined_count"], sorted(each["text_version"] for each in self.views.all(QUARANTINED))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_two_texts_under_one_id_are_two_and_each_is_decided_about_alone(desk: Desk) -> None:
    """Issue 8, 1: two contested texts counted as one, and with the first decision both were gone."""
    first, second = desk.quarantine(contested=True), desk.quarantine(contested=True)
    assert desk.waiting() == (2, [first, second])
    desk.device.discard(ID, first, reason="no")
    desk.views.record(desk.device)
    assert desk.waiting() == (1, [second])
    desk.device.release(ID, second)
    desk.views.record(desk.device)
    assert desk.waiting() == (0, [])


def test_the_view_is_what_the_device_says_whatever_was_put_aside_and_decided(desk: Desk) -> None:
    """Issue 8, 1: the same rule in the log and in the view."""
    seed = randrange(10**6)
    dice = Random(seed)
    for _ in range(200):
        device, operation = desk.device, dice.choice((ID, OTHER))
        versions = device.undecided(operation)
        if versions and dice.random() < 0.5:
            version = dice.choice(versions)
            if dice.random() < 0.5:
                device.release(operation, version)
            else:
                device.discard(operation, version, reason="no")
            desk.views.record(device)
        else:
            desk.quarantine(operation, contested=dice.random() < 0.7)
        kept = sorted(each.version for each in device.quarantined)
        assert [*desk.waiting()][1] == kept[:], seed

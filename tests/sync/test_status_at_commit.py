"""Issue 8, 10 and 11: an operation is trusted by the status of its device and technician when it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.access.device import Device
from domain.work.technician import Technician
from store.recorder import Recorder
from tests.support.field_setup import Field, Phone, decide
from tests.support.unstorable_operations import note

Distrust = Callable[[Field, Phone], None]


def suspend(field: Field, phone: Phone) -> None:
    decide(field.log, Device, phone.id, "suspend", "it behaves oddly")


def revoke(field: Field, phone: Phone) -> None:
    decide(field.log, Device, phone.id, "revoke", reason="lost")


def deactivate(field: Field, phone: Phone) -> None:
    decide(field.log, Technician, phone.technician, "deactivate")


DISTRUSTS = pytest.mark.parametrize("distrust", [suspend, revoke, deactivate])


@DISTRUSTS
def test_the_office_decides_while_the_body_is_on_its_way(field: Field, phone: Phone, distrust: Distrust) -> None:
    """Issue 8, 10: the status of the token was read before; the status at commit counts."""
    order = field.order()
    distrust(field, phone)

    assert phone.who().status == "active"
    assert [one.status for one in phone.send(note(phone, order), note(phone, order)).results] == ["quarantined"] * 2


@DISTRUSTS
@pytest.mark.parametrize("refused", [False, True])
def test_the_office_decides_right_before_the_commit(
    field: Field, phone: Phone, monkeypatch: pytest.MonkeyPatch, distrust: Distrust, *, refused: bool
) -> None:
    """Issue 8, 10: the commit verifies what was read of both, also when a group is decided a second time."""
    order, theirs, honest = field.order(), field.order(field.boris), Recorder.append
    decided: list[UUID] = []

    def append(self: Recorder, *events: Any, **more: Any) -> Any:
        if not decided:
            decided.append(order)
            distrust(field, phone)
        return honest(self, *events, **more)

    monkeypatch.setattr(Recorder, "append", append)
    operations = [
        phone.operation("close_work_order", {"work_order": str(one)}, group="g")
        for one in (order, theirs)
        if refused
    ]  # fmt: skip

    results = phone.send(*operations, note(phone, order)).results

    assert [one.status for one in results] == ["quarantined"] * len(results)
    assert decided

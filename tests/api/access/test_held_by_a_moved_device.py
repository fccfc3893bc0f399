"""Issue 8, found by attack: what a device sent stays its author's when the device becomes another technician's."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON
from tests.support.held_operations import Company


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


def _moves(company: Company) -> None:
    """Anna's phone is enrolled again with a code for Boris."""
    work = company.log.work()
    device = work.get(Device, company.anna.id)
    payload: Any = {"technician": company.field.boris, "install_id": str(device.id), "name": "phone"}
    device.reenrol(platform="test", app_version="1", **payload)
    work.add(Envelope(occurred_at=NOON), device)
    work.commit()


def _owners(company: Company, operation: str) -> list[tuple[str, str]]:
    """Whose the documents of an operation are, and what they say."""
    rows = company.log.pool.fetch_all(
        "SELECT audience, entry::json -> 'body' ->> 'status' FROM views.documents WHERE type = 'operation' AND id = %s",
        (operation,),
    )
    return [(str(owner), status) for owner, status in rows]


@pytest.mark.parametrize(
    ("type_", "status"), [("note_added", "applied"), ("close_work_order", "rejected"), ("gone", "quarantined")]
)
def test_what_was_held_is_answered_to_its_author(company: Company, type_: str, status: str) -> None:
    """Issue 8, found by attack: a held operation's end went to the device's next technician, its author saw none."""
    data = {"work_order": company.order}
    needs = [company.needed["id"]]
    if type_ == "close_work_order":
        held = company.anna.operation(type_, data, needs=needs)
    else:
        held = company.note(company.anna, "the original", needs=needs)
    assert company.anna.result(held).status == "held"
    company.settle()
    _moves(company)
    if type_ == "gone":
        company.suspend(company.anna)
    company.arrive()

    assert company.settle(times=3) == 1

    assert _owners(company, held["id"]) == [(str(company.field.anna), status)]
    if status != "applied":
        [found] = company.operations(f"&operation={held['id']}")
        assert found["technician"] == str(company.field.anna)

"""Issue 8, 1: a held operation is trusted by its device's status when it is decided."""

from __future__ import annotations

import pytest

from domain.access.device import Device
from tests.api.conftest import ApiClient
from tests.support.field_setup import decide
from tests.support.held_operations import Company, contest


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


@pytest.mark.parametrize("payload", [("suspend", "odd"), ("revoke",)])
def test_what_a_device_sent_that_is_no_longer_trusted_goes_to_the_office(
    company: Company, payload: tuple[str, ...]
) -> None:
    """Issue 8, 1: held texts of suspended and revoked devices are never decided as trusted; the office may."""
    held = company.held()
    more = {"reason": "lost"} if payload[0] == "revoke" else {}
    decide(company.log, Device, company.anna.id, *payload, **more)
    company.arrive()

    assert company.settle(times=3) == 1

    assert company.statuses() == ["quarantined"]
    assert company.texts() == ["It has come."]
    assert company.api.post(f"/api/v1/operations/{held['id']}/release").status_code == 200
    assert company.texts() == ["It has come.", "the original"]


def test_a_held_request_is_no_way_around_what_it_may(company: Company) -> None:
    """Issue 8, 1: a change of a stranger's customer that needs something is looked at as any other."""
    customer = str(company.field.customer)
    changes = {"name": {"from": "Kastanienbaum", "to": "Mallory"}}
    asked = {"customer": customer, "changes": changes}
    held = company.boris.operation("change_customer_details", asked, needs=[company.held()["id"]])
    assert company.boris.result(held).status == "held"
    company.arrive()
    company.settle(times=3)
    [status] = [item["status"] for item in company.operations() if item["operation"] == held["id"]]
    assert status == "rejected"


def test_what_the_office_throws_away_has_come(company: Company) -> None:
    """Issue 8, 1: what waits for an operation goes on when the office has decided about that, not about a contest."""
    needed = company.held("needed")
    waits = company.note(company.second, "waits", needs=[needed["id"]])
    assert company.second.result(waits).status == "held"
    contest(company, company.boris, needed)
    path = f"/api/v1/operations/{needed['id']}/discard"
    own, contested = [item["text_position"] for item in company.operations(f"&operation={needed['id']}")]

    assert company.api.post(path, {"reason": "x", "text_position": contested}).status_code == 200
    assert company.settle(times=2) == 0
    assert company.api.post(path, {"reason": "x", "text_position": own}).status_code == 200
    assert company.settle(times=2) == 1
    assert company.texts() == ["waits"]

"""What was signed before the secrets changed is good until they change once more, and then ends cleanly."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.api.conftest import ApiClient
from tests.api.work.test_technicians import ANNA

SECRETS = ("cursors", "idempotency", "enrolment-codes", "sync-cursors", "device-challenges")


def part(number: int) -> dict[str, Any]:
    return {"number": f"P-{number}", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def changed(api: ApiClient) -> None:
    api.services.access.secrets.change(SECRETS, {})
    api.services.access.secrets._read.clear()  # as a minute later, or in another process


def test_a_page_goes_on_behind_a_change_and_begins_anew_behind_two(api: ApiClient) -> None:
    """Issue 8, 26: a cursor of a list."""
    for number in range(3):
        api.post("/api/v1/parts", part(number))
    cursor = quote((api.get("/api/v1/parts?limit=2").json or {})["next"])
    changed(api)
    assert len((api.get(f"/api/v1/parts?cursor={cursor}").json or {})["items"]) == 1
    changed(api)
    refused = api.get(f"/api/v1/parts?cursor={cursor}")
    assert refused.status_code == 400
    assert "begin again" in refused.text


def test_a_request_is_known_again_behind_a_change(api: ApiClient) -> None:
    """Issue 8, 26: a command that is repeated is not carried out twice, nor taken for another one."""
    first = api.post("/api/v1/parts", part(1), Idempotency_Key="a")
    changed(api)
    again = api.post("/api/v1/parts", part(1), Idempotency_Key="a")
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert api.post("/api/v1/parts", part(2), Idempotency_Key="a").status_code == 422


def test_a_code_that_is_asked_for_again_is_the_one_that_was_given(api: ApiClient) -> None:
    """Issue 8, 26: and it opens a device."""
    where = api.post("/api/v1/technicians", ANNA).headers["Location"]
    first = api.post(f"{where}/enrolments", Idempotency_Key="a").json or {}
    changed(api)
    again = api.post(f"{where}/enrolments", Idempotency_Key="a").json or {}
    other = api.post(f"{where}/enrolments", Idempotency_Key="b").json or {}
    assert again == first
    assert other["code"] != first["code"]
    api.services.devices.enrol(first["code"], "install")

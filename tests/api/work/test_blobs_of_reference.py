"""Issue 8, 1: the reference device's photos arrive whatever other phones of its technician name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import ApiClient
from tests.support.held_operations import Company
from tests.support.in_process_device import InProcessDevice


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


@pytest.fixture
def phone(company: Company, tmp_path: Path) -> Iterator[InProcessDevice]:
    phone = InProcessDevice(company.api, company.field.anna, tmp_path / "phone.sqlite")
    phone.device.sync()
    yield phone
    phone.device.close()


def test_what_another_phone_named_wrong_does_not_keep_the_reference_devices_photo_out(
    company: Company, phone: InProcessDevice
) -> None:
    """Issue 8, 1: whether the other phone's naming comes before this one's or behind it, too small or too large."""
    for number, size in enumerate((0, 5, 299_999, 300_001)):
        content = bytes([number]) * 300_000
        named = phone.device.attach(content, "image/jpeg")
        wrong = {"work_order": company.order} | named | {"size": size, "media_type": "text/html"}
        company.second.send(company.second.operation("photo_taken", wrong))
        phone.device.record("photo_taken", {"work_order": company.order} | named)
        if number % 2:
            phone.device.push()
            company.second.send(company.second.operation("photo_taken", wrong | {"size": size + 7}))

        assert phone.device.sync().blobs == 1

        assert phone.device.status()["blobs_waiting"] == 0
        shown = company.api.get(f"/api/v1/blobs/{named['sha256']}", role="dispatcher")
        assert shown.data == content

"""Issue 8: a push that is recorded group by group and then reaches a quota loses nothing and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest

from sync.device import OfflineError
from tests.api.conftest import ApiClient
from tests.support.held_operations import Company
from tests.support.in_process_device import InProcessDevice
from tests.support.unstorable_operations import POISON, failing_recorder


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


@pytest.fixture
def phone(company: Company, tmp_path: Path) -> Iterator[InProcessDevice]:
    phone = InProcessDevice(company.api, company.field.anna, tmp_path / "phone.sqlite")
    phone.device.sync()
    yield phone
    phone.device.close()


def test_the_first_groups_are_recorded_and_come_again_as_duplicates(company: Company, phone: InProcessDevice) -> None:
    """Issue 8: the reference device sends the same again, and each operation takes effect once."""
    order, device = company.order, phone.device
    texts = [f"note {number}" for number in range(4)]
    ids = [device.record("note_added", {"work_order": order, "text": text}) for text in texts[:2]]
    used = company.field.use(UUID(order)) | {"lot": POISON}
    ids.append(device.record("part_used", used))
    ids += [device.record("note_added", {"work_order": order, "text": text}) for text in texts[2:]]

    with failing_recorder():
        with patch("sync.quota.MOST_QUARANTINED", 0):
            for _ in range(3):
                with pytest.raises(OfflineError) as refused:
                    device.sync()
                assert (refused.value.code, refused.value.status) == ("quota-reached", 429)
                assert [one["id"] for one in device.outbox()] == ids, "all are kept"
                assert company.texts() == texts[:2], "what stands before the one that has no room"
                phone.later += timedelta(hours=2)
        device.sync()

    assert device.outbox() == []
    results = {result["id"]: result["status"] for result in device.results()}
    assert [results[id] for id in ids] == ["applied", "applied", "quarantined", "applied", "applied"]
    assert company.texts() == texts

"""Nobody waits for a position that the log does not have."""

from __future__ import annotations

from typing import Any

import pytest

from projections.engine.views import Views
from tests.api.conftest import ApiClient


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is waited for, in vain and at once."""
    waited: list[Any] = []

    def wait(_: Views, *asked: Any) -> bool:
        waited.append(asked)
        return False

    monkeypatch.setattr(Views, "wait_until", wait)
    return waited


@pytest.mark.parametrize("beyond", [1, 1000, 2**53 - 2])
@pytest.mark.parametrize("where", ["parts", "projections"])
def test_a_position_beyond_the_log_is_answered_at_once(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, where: str, beyond: int
) -> None:
    """Issue 8, 19: an invented position held a thread for the whole patience; so did one from before a restore."""
    waited = counted(monkeypatch)
    api.user("admin")
    api.catch_up()
    head = api.services.log.recorder.max_notification_id() or 0
    position = min(head + beyond, 2**53 - 1)

    refused = api.ask("GET", f"/api/v1/{where}?at_least={position}")

    assert (refused.status_code, waited) == (400, [])
    assert refused.json is not None
    assert refused.json["type"].endswith("/position-unknown")
    assert refused.json["position"] == head
    assert refused.json["errors"][0]["pointer"] == "/at_least"
    assert api.ask("GET", f"/api/v1/{where}?at_least={head}").status_code == 200


def test_a_position_that_the_views_have_not_reached_is_waited_for(api: ApiClient) -> None:
    """What the log has is on its way; without anybody who brings it, the answer is 503 after the patience."""
    api.user("admin")

    assert api.ask("GET", "/api/v1/parts?at_least=1").status_code == 503


def test_nobody_waits_for_a_view_that_stands_still(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 2: it will not move before it is rebuilt."""
    waited = counted(monkeypatch)
    api.user("admin")
    api.services.projecting.pool.execute("UPDATE log.checkpoints SET stopped_at = now() WHERE name = 'parts'")

    refused = api.ask("GET", "/api/v1/parts?at_least=1")

    assert (refused.status_code, waited) == (503, [])
    assert refused.json is not None
    assert refused.json["type"].endswith("/view-stopped")

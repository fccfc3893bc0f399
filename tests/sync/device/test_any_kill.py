"""A kill or a full disk at any statement of a sync: afterwards everything is there once, on both sides."""

from collections.abc import Callable
from itertools import count

import pytest

from sync.device import FullError
from tests.support.device_faults import TROUBLES, Scene, check, sync, worked
from tests.support.failing_storage import Killed


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_kill_at_any_statement_of_a_sync_loses_and_doubles_nothing(trouble: Callable[[Scene], None]) -> None:
    for statements in count():
        scene = worked()
        trouble(scene)
        scene.disk.left = statements
        try:
            sync(scene)
        except Killed:
            scene.disk.restart()
            sync(scene)
            check(scene)
        else:
            break

    scene.disk.restart()
    check(scene)
    assert statements > 60


@pytest.mark.parametrize("takes_back", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_full_disk_at_any_write_of_a_sync_is_one_sentence_and_changes_nothing(
    trouble: Callable[[Scene], None], *, takes_back: bool
) -> None:
    for writes in count():
        scene = worked()
        trouble(scene)
        scene.disk.room, scene.disk.takes_back = writes, takes_back
        try:
            sync(scene)
        except FullError as error:
            assert str(error).startswith("The disk is full")  # noqa: PT017
            assert not scene.disk.in_transaction
            scene.disk.restart()
            sync(scene)
            check(scene)
        else:
            break

    scene.disk.restart()
    check(scene)
    assert writes > 15

"""What a device reads never keeps it, or another one, from handing in what it has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from sync.admission import Overloaded
from sync.gate import Gate
from sync.limits import RateLimited


def gate(**more: Any) -> Gate:
    return Gate(**({"rate": 60, "burst": 2, "connections": 2, "threads": 8} | more))


def test_a_device_that_pulls_too_often_may_still_push() -> None:
    made, device = gate(), uuid4()
    for _ in range(2):
        with made.pull(device):
            pass
    with pytest.raises(RateLimited), made.pull(device):
        pass
    with made.push(device), made.pull(uuid4()):
        pass


def test_pulls_never_fill_the_places_of_pushes() -> None:
    made = gate(rate=0, connections=4)
    with ExitStack() as readers, made.push(uuid4()):
        for _ in range(2):
            readers.enter_context(made.pull(uuid4()))
        with made.push(uuid4()), made.push(uuid4()), made.push(uuid4()):
            pass


def test_a_wait_for_the_views_is_answered_as_it_was_and_some_threads_stay_free_of_waiting() -> None:
    made = gate()
    with made.push(uuid4()), made.push(uuid4()):
        for answer in (True, False):
            assert _rested(made, answer) is answer
    with ExitStack() as seats:
        for _ in range(7):
            seats.enter_context(made.waiting())
        with pytest.raises(Overloaded), made.waiting():
            pass


def test_a_pull_that_has_waited_for_the_views_stands_in_line_again() -> None:
    """Issue 8: whoever waited for the views does not read beside those who came in meanwhile."""
    made = gate(rate=0)
    pulls = made._admission._pulls
    with made.pull(uuid4()):
        with made.resting(), ThreadPoolExecutor(1) as other:
            assert other.submit(_inside_a_pull, made).result(timeout=5) == 1
        assert pulls.inside == 1
    with made.resting():  # by somebody who is not inside
        assert pulls.inside == 0

    pulls.patience = 0.0
    with pytest.raises(Overloaded), made.pull(uuid4()):
        _rest_while_the_place_is_taken(made)
    assert pulls.inside == 0


def test_a_line_is_full_for_pulls_before_it_is_full_for_pushes() -> None:
    """Issue 8, overload: a pull that would wait in vain behind pushes is refused at once."""
    made = gate(rate=0, connections=1, threads=16)  # a line for four
    seen = []
    with ThreadPoolExecutor(4) as pool, made.push(uuid4()):
        for waiting in range(5):
            while len(made._admission._pushes.waiting) < waiting:
                pass
            seen.append((made.is_full(pushes=True), made.is_full(pushes=False)))
            if waiting < 4:
                pool.submit(_push, made)
    assert seen == [(False, False), (False, False), (False, True), (False, True), (True, True)]
    assert not made.is_full(pushes=False)


def _rested(made: Gate, answer: bool) -> bool:  # noqa: FBT001 - the result of a wait
    """What a wait gives that has let another push in meanwhile."""
    with made.resting(), ThreadPoolExecutor(1) as other:
        other.submit(_push, made).result(timeout=5)
        return answer


def _push(made: Gate) -> None:
    with made.push(uuid4()):
        pass


def _inside_a_pull(made: Gate) -> int:
    """How many read while this one does."""
    with made.pull(uuid4()):
        return made._admission._pulls.inside


def _rest_while_the_place_is_taken(made: Gate) -> None:
    pulls = made._admission._pulls
    try:
        with made.resting():
            pulls.inside += 1
    finally:
        pulls.inside -= 1

"""The queue before hashing: few places, two at a time, and everybody else is refused at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from store.hashing_queue import AT_ONCE, EACH, RESERVED, WAITING, HashingQueue, Lane, TooManyLogins

OWNER, ATTACKER = "192.0.2.1", "198.51.100.7"


def _is_refused(future: Any) -> bool:
    try:
        return future.result(1) is False
    except TimeoutError:
        return False


def test_of_a_crowd_a_few_are_hashed_and_the_rest_is_refused_at_once() -> None:
    """Issue 8, 21: 150 clients made sign-in take 11 seconds. Counted: whoever does not fit never waits."""
    queue, go_on = HashingQueue(), Event()

    def attempt(lane: Lane) -> bool:
        try:
            with queue.place(lane, 30):
                assert go_on.wait(30)
        except TooManyLogins as refused:
            return not refused.members["retry_after"]
        return True

    with ThreadPoolExecutor(200) as threads:
        crowd = [threads.submit(attempt, Lane(f"address {number}", known=False)) for number in range(150)]
        refused = [each for each in crowd if _is_refused(each)]
        mates = [threads.submit(attempt, Lane("known", known=True)) for _ in range(EACH + 1)]
        refused_mates = [each for each in mates if _is_refused(each)]
        go_on.set()

        assert len(refused) == 150 - AT_ONCE - WAITING
        assert len(refused_mates) == 1
        assert sum(each.result(30) for each in crowd) == AT_ONCE + WAITING
        assert sum(each.result(30) for each in mates) == EACH
    assert RESERVED >= EACH


def test_whom_we_know_does_not_wait_behind_a_crowd_of_strangers() -> None:
    """Issue 8, 21: strangers never take all that hash at once."""
    queue, go_on = HashingQueue(), Event()

    def attempt(lane: Lane, *, waits: bool) -> bool:
        with queue.place(lane, 30):
            return go_on.wait(30) if waits else True

    with ThreadPoolExecutor(AT_ONCE + WAITING + 1) as threads:
        crowd = [
            threads.submit(attempt, Lane(f"address {number}", known=False), waits=True)
            for number in range(AT_ONCE + WAITING)
        ]
        try:
            assert threads.submit(attempt, Lane("known", known=True), waits=False).result(20)
            assert not any(each.done() for each in crowd)
        finally:
            go_on.set()
        assert all(each.result(30) for each in crowd)


def test_one_address_takes_few_places_of_the_queue() -> None:
    """Issue 8, 21: a crowd behind one address leaves the others their places."""
    queue, go_on = HashingQueue(), Event()

    def attempt(address: str) -> bool:
        try:
            with queue.place(Lane(address, known=False), 30):
                return go_on.wait(30)
        except TooManyLogins:
            return False

    with ThreadPoolExecutor(60) as threads:
        crowd = [threads.submit(attempt, ATTACKER) for _ in range(50)]
        assert sum(_is_refused(each) for each in crowd) == 50 - EACH
        other = threads.submit(attempt, OWNER)
        go_on.set()
        assert other.result(30)

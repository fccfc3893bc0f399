"""The rules of the brake on guessing: some attempts are free, then each wait doubles, up to some minutes."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from store.login_brake import FREE_ATTEMPTS, LONGEST_WAIT_SECONDS, LoginBrake, TooManyAttempts
from store.pool import ConnectionPool


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool]:
    made = ConnectionPool(database, role="callout_writer", size=5)
    yield made
    made.close()


@pytest.fixture
def brake(pool: ConnectionPool) -> LoginBrake:
    return LoginBrake(pool)


def wait_of(brake: LoginBrake, login: str = "ada") -> int:
    with pytest.raises(TooManyAttempts) as refused:
        brake.count(login)
    wait = refused.value.members["retry_after"]
    assert isinstance(wait, int)
    return wait


def passes(pool: ConnectionPool, seconds: int) -> None:
    pool.execute("UPDATE access.login_attempts SET last_at = last_at - %s * interval '1 second'", (seconds,))


def test_after_some_attempts_each_wait_is_twice_as_long_as_the_last_one(
    brake: LoginBrake, pool: ConnectionPool
) -> None:
    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")
    waits = []
    for _ in range(12):
        waits.append(wait_of(brake))
        passes(pool, waits[-1])
        brake.count("ada")

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]


def test_asking_too_early_makes_the_wait_no_longer(brake: LoginBrake, pool: ConnectionPool) -> None:
    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")
    for _ in range(10):
        assert wait_of(brake) == 1

    passes(pool, 1)

    brake.count("ada")


def test_one_login_does_not_slow_down_another(brake: LoginBrake) -> None:
    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")

    brake.count("boris")


def test_the_right_password_ends_the_count(brake: LoginBrake) -> None:
    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")

    brake.release("ada")

    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")
    assert wait_of(brake) == 1


def test_a_day_without_attempts_ends_the_count(brake: LoginBrake, pool: ConnectionPool) -> None:
    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")

    passes(pool, 24 * 3600 + 1)

    for _ in range(FREE_ATTEMPTS):
        brake.count("ada")
    assert wait_of(brake) == 1


def test_many_attempts_at_once_are_counted_before_they_are_looked_at(brake: LoginBrake) -> None:
    counted: list[bool] = []

    def guess() -> None:
        try:
            brake.count("ada")
        except TooManyAttempts:
            counted.append(False)
        else:
            counted.append(True)

    guesses = [Thread(target=guess) for _ in range(FREE_ATTEMPTS * 3)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join()

    assert counted.count(True) == FREE_ATTEMPTS


def test_no_login_is_stored_in_plain(brake: LoginBrake, pool: ConnectionPool) -> None:
    brake.count("kastanienbaum")

    assert "kastanienbaum" not in str(pool.fetch_all("SELECT encode(login_hash, 'escape') FROM access.login_attempts"))

"""Issue 8, 20: a server's pools fit the connections that its database has to give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

import callout.connections
from callout.connections import FEWEST, OTHERS, ROOM, TooFewConnections, fitted, largest_pool, needed
from callout.settings import Settings
from store.connecting import open_connection
from tests.support.databases import Cluster, run
from tests.support.run_time import login
from tests.support.servers import ask


@pytest.fixture
def limited(database: str) -> Iterator[str]:
    """A database that takes a hundred connections."""
    name = urlsplit(database).path[1:]
    run(database, f"ALTER DATABASE {name} CONNECTION LIMIT 100")
    yield database
    run(database, f"ALTER DATABASE {name} CONNECTION LIMIT -1")


def test_what_fits_stays_as_it_is(limited: str) -> None:
    assert fitted(Settings(workers=1), limited) == Settings(workers=1)


@pytest.mark.parametrize("workers", [2, 3, 4, 5])
def test_pools_that_nobody_has_set_become_as_large_as_fits(
    limited: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms: list[int] = []

    def largest(settings: Settings, room: int) -> int:
        rooms.append(room)  # what was found at that moment: other tests use the server too
        return largest_pool(settings, room)

    monkeypatch.setattr(callout.connections, "largest_pool", largest)
    found = fitted(Settings(workers=workers), limited)
    assert FEWEST <= found.pool <= 10
    assert needed(replace(found, pool_set=True)) <= rooms[0] <= 100
    assert replace(found, pool=10) == Settings(workers=workers)


def test_eight_processes_that_find_no_room_are_said_in_one_sentence(limited: str) -> None:
    with pytest.raises(TooFewConnections) as response:
        fitted(Settings(workers=8), limited)
    assert "8 processes" in response.value.detail
    assert "CALLOUT_WORKERS" in response.value.detail
    assert "\n" not in response.value.detail


def test_a_pool_that_was_set_is_used_or_refused_and_never_changed(limited: str) -> None:
    fits = Settings(workers=1, pool=4, pool_set=True)
    assert fitted(fits, limited) == fits
    with pytest.raises(TooFewConnections, match="pools of 40"):
        fitted(Settings(workers=2, pool=40, pool_set=True), limited)


def test_a_pool_is_set_when_the_environment_names_it() -> None:
    assert Settings.from_environment({"CALLOUT_POOL": "7"}).pool_set
    assert not Settings.from_environment({}).pool_set


def test_what_a_server_needs_grows_with_its_processes() -> None:
    one, eight = (needed(Settings(workers=workers, pool=10, pool_set=True)) - OTHERS for workers in (1, 8))
    assert eight == 8 * one


def test_connections_of_other_databases_count_for_a_login_without_power_too(cluster: Cluster) -> None:
    """Issue 8, review 12: the server shows it neither the type nor the state of what others do."""
    with login(cluster, "") as (_, dsn), ExitStack() as held:
        [(before,)] = ask(dsn, ROOM)
        for _ in range(25):
            held.enter_context(closing(open_connection(cluster.dsn)))
        [(after,)] = ask(dsn, ROOM)
    assert before - after > 12, "others come and go meanwhile"


def test_connections_of_other_databases_do_not_count_towards_the_limit_of_this_one(
    limited: str, cluster: Cluster
) -> None:
    """A server with a limit of its own was refused while its neighbours were busy, though they take nothing from it."""
    run(limited, f"ALTER DATABASE {urlsplit(limited).path[1:]} CONNECTION LIMIT 20")
    with ExitStack() as held:
        for _ in range(25):
            held.enter_context(closing(open_connection(cluster.dsn)))
        [(room,)] = ask(limited, ROOM)
    assert room == 20

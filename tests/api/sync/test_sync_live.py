"""Wake-ups over HTTP: they are sent at once, contain nothing else, and end when the device loses access."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from api.app import create_app
from domain.stock.part import Part, PartName
from sync.gate import SEATS_OF_DEVICE, Gate
from tests.api.conftest import ApiClient
from tests.support.databases import run
from tests.support.device_status import set_status
from tests.support.pulling_device import PullingDevice, wait_idly

HERE, STILL_HERE = b": here\n\n", b": still here\n\n"


@pytest.fixture
def anna(api: ApiClient) -> PullingDevice:
    made = PullingDevice(api)
    made.pull()
    return made


def stream(anna: PullingDevice, cursor: str | None = None) -> tuple[TestResponse, Iterator[bytes]]:
    """A stream that has begun."""
    reply = anna.ask("GET", f"live?cursor={cursor or anna.cursor}")
    assert (reply.status_code, reply.mimetype) == (200, "text/event-stream"), reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    events = reply.iter_encoded()
    assert next(events) == HERE
    return reply, iter(events)


def wake(through: int) -> bytes:
    return b'event: wake\ndata: {"through": %d}\n\n' % through


def test_a_change_wakes_the_device_up_and_says_where_to_pull_to(anna: PullingDevice) -> None:
    reply, events = stream(anna)
    anna.person.change(language="fr")
    position = anna.api.commit(anna.person)
    anna.api.catch_up()
    assert next(events) == wake(position)
    reply.close()


def test_what_came_before_it_connected_wakes_it_up_at_once(anna: PullingDevice) -> None:
    position = anna.api.commit(Part.register(id=uuid4(), number="P-1", names=(PartName("en", "Pump"),), unit="piece"))
    anna.api.catch_up()
    reply, events = stream(anna)
    assert next(events) == wake(position)
    reply.close()
    reply = anna.ask("GET", "live")  # it has nothing at all yet
    assert list(islice(reply.iter_encoded(), 2)) == [HERE, wake(position)]
    reply.close()


@pytest.mark.parametrize("status", ["revoked", "suspended"])
def test_a_device_that_is_not_trusted_any_more_is_cut_off_before_it_is_told_anything(
    anna: PullingDevice, status: str
) -> None:
    _, events = stream(anna)
    set_status(anna.api.services.log.pool, anna.id, status)  # type: ignore[arg-type]
    anna.person.change(language="fr")
    anna.api.commit(anna.person)
    anna.api.catch_up()
    assert list(events) == []


def test_a_token_that_has_expired_ends_the_stream(anna: PullingDevice, database: str) -> None:
    _, events = stream(anna)
    run(database, "UPDATE access.device_tokens SET expires_at = now()")
    anna.person.change(language="fr")
    anna.api.commit(anna.person)
    anna.api.catch_up()
    assert list(events) == []


def test_a_stream_takes_a_seat_for_as_long_as_it_is_open(api: ApiClient) -> None:
    gate = Gate(rate=0, burst=1, connections=4, threads=1)
    services = replace(api.services, gate=gate)
    anna = PullingDevice(ApiClient(services, create_app(services).test_client()))
    anna.pull()
    for _ in range(2):
        reply, _ = stream(anna)
        assert gate._room.inside == 1
        assert anna.code(anna.ask("GET", f"live?cursor={anna.cursor}")) == (503, "overloaded")
        reply.close()
        assert gate._room.inside == 0
    reply = anna.ask("GET", "live")
    reply.close()  # before anything of it was read
    assert gate._room.inside == 0


def test_an_open_stream_holds_no_connection_to_the_database(anna: PullingDevice) -> None:
    with ThreadPoolExecutor(1) as beside:
        woken = beside.submit(lambda: next(stream(anna)[1]))
        wait_idly(anna.api, 1)
        anna.person.change(language="fr")
        position = anna.api.commit(anna.person)
        anna.api.catch_up()
        assert woken.result(20) == wake(position)


def test_a_cursor_that_is_not_good_for_a_pull_is_not_good_here(anna: PullingDevice) -> None:
    assert anna.code(anna.ask("GET", "live?cursor=nonsense")) == (410, "cursor-expired")


def test_a_phone_cannot_take_all_the_seats(api: ApiClient) -> None:
    """Issue 8, 6: the fifth stream of one phone is told to wait; another phone gets in."""
    anna, boris = PullingDevice(api), PullingDevice(api)
    for pocket in (anna, boris):
        pocket.pull()
    replies = [stream(anna)[0] for _ in range(SEATS_OF_DEVICE)]
    for verb in (f"live?cursor={anna.cursor}", f"pull?wait=20&cursor={anna.cursor}"):
        refused = anna.ask("GET", verb)
        assert anna.code(refused) == (429, "rate-limited")
        assert int(refused.headers["Retry-After"]) >= 1
    stream(boris)[0].close()
    assert anna.pull()["changes"] == [], "who does not wait is answered"
    replies.pop().close()
    replies.append(stream(anna)[0])
    for reply in reversed(replies):
        reply.close()

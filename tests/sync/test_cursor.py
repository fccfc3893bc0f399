"""A cursor is good for one technician, one life of the log and half a year, and nobody else can make one."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.documents.digest import NOTHING
from projections.documents.moment import Moment
from sync.admission import Overloaded
from sync.cursor import TOMBSTONES_KEPT, Cursors
from sync.problems import CursorExpired
from tests.support.field_setup import NOON

ANNA, EPOCH = uuid4(), uuid4()
CURSORS = Cursors(b"s" * 32)
GIVEN_OUT = (
    "nIRuovR6vP2LekNKDCOIopTZJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMdkkMDAw"
    "MDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAyzbxWzmsKwkA"
)
GOOD = CURSORS.write(ANNA, EPOCH, 48_214, NOON)


def moment(*, through: int = 48_214, head: int = 48_214, epoch: object = EPOCH) -> Moment:
    return Moment(through, head, epoch, NOTHING, NOTHING)  # type: ignore[arg-type]


def test_a_cursor_says_what_was_written_into_it() -> None:
    read = CURSORS.read(GOOD, ANNA, NOON + TOMBSTONES_KEPT)
    assert (read.technician, read.epoch, read.position) == (ANNA, EPOCH, 48_214)
    CURSORS.must_fit(read, moment())
    CURSORS.must_fit(read, moment(through=48_220, head=50_000))


def signed_before(payload: bytes, secret: bytes = b"s" * 32) -> str:
    """A cursor as servers signed it until both kinds of cursors had one module for it."""
    signature = hmac.digest(secret, payload, "sha256")[:16]
    return urlsafe_b64encode(signature + payload).decode().rstrip("=")


def test_one_that_an_earlier_server_signed_is_read_as_long_as_a_phone_may_keep_it() -> None:
    """Issue 10, 8: and with each secret that is accepted."""
    issued = int(NOON.timestamp())
    payload = msgspec.msgpack.encode([str(ANNA), str(EPOCH), 48_214, issued])
    for cursors in (CURSORS, Cursors(lambda: (b"n" * 32, b"s" * 32))):
        read = cursors.read(signed_before(payload), ANNA, NOON + TOMBSTONES_KEPT)
        assert (read.technician, read.epoch, read.position, read.issued) == (ANNA, EPOCH, 48_214, issued)
    for cursor, now in (
        (signed_before(payload), NOON + TOMBSTONES_KEPT + timedelta(seconds=1)),
        (signed_before(payload, b"t" * 32), NOON),
        (signed_before(payload)[:-1], NOON),
    ):
        with pytest.raises(CursorExpired):
            CURSORS.read(cursor, ANNA, now)


def test_one_that_an_earlier_server_gave_out_is_read() -> None:
    """Issue 10, 8: this text was made by the server of 28 November 2026, with the secret of these tests."""
    anna, epoch = UUID(int=1), UUID(int=2)
    read = CURSORS.read(GIVEN_OUT, anna, datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert (read.technician, read.epoch, read.position) == (anna, epoch, 48_214)


def test_an_old_one_and_those_of_others_have_expired() -> None:
    for cursor, technician, now in (
        (GOOD, ANNA, NOON + TOMBSTONES_KEPT + timedelta(seconds=1)),
        (GOOD, uuid4(), NOON),
        (Cursors(b"t" * 32).write(ANNA, EPOCH, 1, NOON), ANNA, NOON),
    ):
        with pytest.raises(CursorExpired):
            CURSORS.read(cursor, technician, now)


@pytest.mark.parametrize("place", range(len(GOOD)))
def test_one_with_another_letter_has_expired(place: int) -> None:
    other = "A" if GOOD[place] != "A" else "B"
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    with pytest.raises(CursorExpired):
        CURSORS.read(changed, ANNA, NOON)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_any_other_text_has_expired(text: str) -> None:
    with pytest.raises(CursorExpired):
        CURSORS.read(text, ANNA, NOON)


def test_one_of_another_life_of_the_log_has_expired() -> None:
    lost: list[int] = []
    cursors = Cursors(b"s" * 32, lambda _, position: lost.append(position))
    with pytest.raises(CursorExpired):
        cursors.must_fit(cursors.read(GOOD, ANNA, NOON), moment(epoch=uuid4(), head=1, through=1))
    assert lost == []  # what an earlier life had says nothing about this one


def test_one_behind_the_end_of_the_log_proves_that_the_log_has_lost_its_end() -> None:
    lost: list[int] = []
    cursors = Cursors(b"s" * 32, lambda _, position: lost.append(position))
    with pytest.raises(CursorExpired):
        cursors.must_fit(cursors.read(GOOD, ANNA, NOON), moment(through=48_213, head=48_213))
    assert lost == [48_214]


def test_one_that_the_views_have_not_reached_again_is_good_and_has_to_wait() -> None:
    lost: list[int] = []
    cursors = Cursors(b"s" * 32, lambda _, position: lost.append(position))
    with pytest.raises(Overloaded):
        cursors.must_fit(cursors.read(GOOD, ANNA, NOON), moment(through=48_213))
    assert lost == []

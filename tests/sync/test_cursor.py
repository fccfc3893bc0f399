"""A cursor is good for one technician, one life of the log and half a year, and nobody else can make one."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

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
GOOD = CURSORS.write(ANNA, EPOCH, 48_214, NOON)


def moment(*, through: int = 48_214, head: int = 48_214, epoch: object = EPOCH) -> Moment:
    return Moment(through, head, epoch, NOTHING, NOTHING)  # type: ignore[arg-type]


def test_a_cursor_says_what_was_written_into_it() -> None:
    read = CURSORS.read(GOOD, ANNA, NOON + TOMBSTONES_KEPT)
    assert (read.technician, read.epoch, read.position) == (ANNA, EPOCH, 48_214)
    CURSORS.must_fit(read, moment())
    CURSORS.must_fit(read, moment(through=48_220, head=50_000))


def test_an_old_one_and_those_of_others_have_expired() -> None:
    for cursor, technician, now in (
        (GOOD, ANNA, NOON + TOMBSTONES_KEPT + timedelta(seconds=1)),
        (GOOD, uuid4(), NOON),
        (Cursors(b"t" * 32).write(ANNA, EPOCH, 1, NOON), ANNA, NOON),
    ):
        with pytest.raises(CursorExpired):
            CURSORS.read(cursor, technician, now)


@pytest.mark.parametrize("place", range(0, len(GOOD), 3))
def test_one_with_another_letter_has_expired(place: int) -> None:
    other = "A" if GOOD[place] != "A" else "B"
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    same = urlsafe_b64decode(changed + "==") == urlsafe_b64decode(GOOD + "==")
    assert not same
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

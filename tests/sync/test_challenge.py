"""Challenges: for one device in its present state, for five minutes."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from domain.access.identity import Keyholder
from sync.challenge import LIFE, Challenges
from tests.support.logs import NOON

HOLDER = Keyholder(uuid4(), 1, uuid4(), "key", 3)


def test_a_challenge_fits_its_device_until_it_is_given_tokens_or_five_minutes_have_passed() -> None:
    """Issue 8, 13."""
    challenges = Challenges(b"secret")
    challenge = challenges.make(HOLDER, NOON)

    assert challenges.fits(challenge, HOLDER, NOON + LIFE - timedelta(seconds=1))
    assert not challenges.fits(challenge, HOLDER, NOON + LIFE + timedelta(seconds=1))
    for other in (
        HOLDER._replace(issued=4),
        HOLDER._replace(issued=2),
        HOLDER._replace(incarnation=2),
        HOLDER._replace(device=uuid4()),
    ):
        assert not challenges.fits(challenge, other, NOON)
    assert not Challenges(b"another secret").fits(challenge, HOLDER, NOON)


def test_what_is_no_challenge_fits_nobody() -> None:
    """Issue 8, 13: no text is too odd to be refused."""
    challenges = Challenges(b"secret")
    good = challenges.make(HOLDER, NOON)
    seal = good.partition(".")[2]
    for odd in ("", ".", "x", seal, f".{seal}", f"-1.{seal}", f"²³.{seal}", f"{'9' * 4000}.{seal}", f"{good}0", "1.ü"):
        assert not challenges.fits(odd, HOLDER, NOON)


def test_a_challenge_outlives_a_change_of_secrets_once() -> None:
    """Issue 8, 26: made with the secret before, it still fits."""
    challenge = Challenges(b"old").make(HOLDER, NOON)

    assert Challenges(lambda: (b"new", b"old")).fits(challenge, HOLDER, NOON)
    assert not Challenges(lambda: (b"newest", b"new")).fits(challenge, HOLDER, NOON)

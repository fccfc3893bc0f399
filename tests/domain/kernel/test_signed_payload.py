"""A signed payload comes back as it was given, and only from a text that was signed here for the same use."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.signed_payload import NotSignedError, PayloadSigner

NEW, OLD = b"n" * 32, b"o" * 32
URL_SAFE = set(ascii_letters + digits + "-_.")


def signer(*secrets: bytes, salt: str = "pages") -> PayloadSigner:
    return PayloadSigner(lambda: secrets, salt)


@given(st.binary(max_size=200))
def test_a_payload_comes_back_as_it_was_given(payload: bytes) -> None:
    """Issue 10, 8: one module signs the cursors of lists and those of devices."""
    text = signer(NEW).sign(payload)
    assert set(text) <= URL_SAFE
    assert signer(NEW).payload_of(text) == payload


def test_the_first_secret_signs_and_all_are_accepted() -> None:
    before, now = signer(OLD), signer(NEW, OLD)
    assert now.payload_of(before.sign(b"page 2")) == b"page 2"
    assert signer(NEW).payload_of(now.sign(b"page 2")) == b"page 2"
    with pytest.raises(NotSignedError):
        signer(NEW).payload_of(before.sign(b"page 2"))


def test_further_secrets_are_asked_for_only_where_one_does_not_fit() -> None:
    asked: list[bytes] = []

    def secrets() -> list[bytes]:
        asked.append(OLD)
        return [OLD]

    def lazily() -> object:
        yield NEW
        yield from secrets()

    lazy = PayloadSigner(lazily, "pages")  # type: ignore[arg-type]
    lazy.payload_of(lazy.sign(b"page 2"))
    assert asked == []
    lazy.payload_of(signer(OLD).sign(b"page 2"))
    assert asked == [OLD]


def test_what_was_signed_for_one_use_is_not_accepted_for_another() -> None:
    with pytest.raises(NotSignedError):
        signer(NEW, salt="/api/v1/parts").payload_of(signer(NEW, salt="/api/v1/users").sign(b"page 2"))


def test_no_letter_can_be_another() -> None:
    """Not even the last one, whose bits base64 does not use up."""
    for payload in (b"", b"a", b"ab", b"abc"):
        text = signer(NEW).sign(payload)
        for place, letter in enumerate(text):
            for other in URL_SAFE - {letter}:
                with pytest.raises(NotSignedError):
                    signer(NEW).payload_of(text[:place] + other + text[place + 1 :])


@given(st.text(max_size=100))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(NotSignedError):
        signer(NEW).payload_of(text)


@pytest.mark.parametrize("text", ["", ".", "..", "a.", ".a", "\ud800.a", "ä.ä", "a.=", "YQ.YQ==", "\x00.\x00"])
def test_texts_of_odd_shapes_are_refused(text: str) -> None:
    with pytest.raises(NotSignedError):
        signer(NEW).payload_of(text)

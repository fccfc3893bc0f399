"""Weak keys, under which anybody can sign, are refused in every encoding."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.kernel.points import is_weak
from domain.kernel.problem import BadInput
from sync.entry import EnrolmentRequest
from sync.signature import check_key, proves, signs_operation

ZERO = "0000000000000000000000000000000000000000000000000000000000000000"
EIGHTHS = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
SMALL_ORDER = (
    ZERO,
    ZERO[:-2] + "80",
    "01" + ZERO[2:],
    "ec" + "ff" * 30 + "7f",
    *EIGHTHS,
    *(each[:-2] + f"{int(each[-2:], 16) | 0x80:02x}" for each in EIGHTHS),
    # the same points in spellings that RFC 8032 forbids
    "01" + ZERO[2:-2] + "80",
    "ec" + "ff" * 31,
    "ed" + "ff" * 30 + "7f",
    "ed" + "ff" * 31,
    "ee" + "ff" * 30 + "7f",
    "ee" + "ff" * 31,
)
BEYOND_THE_PRIME = tuple(f"{0xED + above:02x}" + "ff" * 30 + end for above in range(19) for end in ("7f", "ff"))
"""All y from 2^255 - 19 on."""


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def test_all_encodings_of_small_order_are_tried() -> None:
    assert len(set(SMALL_ORDER)) == 14


@pytest.mark.parametrize("point", [*SMALL_ORDER, *BEYOND_THE_PRIME])
def test_a_weak_key_is_no_key(point: str) -> None:
    """Issue 8, 13: at enrolment it is malformed; and one that is in the books already signs nothing."""
    key = text_of(bytes.fromhex(point))

    with pytest.raises(BadInput) as refused:
        EnrolmentRequest("CODE", "phone", public_key=key, proof=text_of(bytes(64))).is_proven()

    assert refused.value.errors[0]["pointer"] == "/public_key"
    for commitment in (*SMALL_ORDER, point):
        signature = text_of(bytes.fromhex(commitment) + bytes(32))
        assert not proves(key, signature, "callout enrolment", "CODE", "phone")
        assert not signs_operation(key, signature, "0" * 64)


def test_without_the_check_one_signature_fits_any_text() -> None:
    """What the check is for: the library takes the neutral point as a key."""
    neutral = bytes.fromhex(SMALL_ORDER[2])

    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"whatever")


@pytest.mark.parametrize("raw", [bytes(64), b"\xff" * 64, b"\x01" + bytes(63), bytes(63), b""])
def test_no_invented_signature_fits_a_good_key(raw: bytes) -> None:
    key = text_of(Ed25519PrivateKey.generate().public_key().public_bytes_raw())

    assert not proves(key, text_of(raw), "callout token", "x")
    assert not signs_operation(key, text_of(raw), "0" * 64)


def test_a_good_key_has_one_spelling() -> None:
    """Issue 8, 13: with padding, blanks or bits that belong to no byte it would be another device's."""
    for _ in range(200):
        raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        key = text_of(raw)
        assert not is_weak(raw)
        check_key(key, pointer="/public_key")
    beside = key[:-1] + chr(ord(key[-1]) + 1)
    for other in (f"{key}=", f"{key}\n", f" {key}", f"{key[:20]}!{key[20:]}", key[:-1], beside):
        with pytest.raises(BadInput):
            check_key(other, pointer="/public_key")

"""The body of a verification is checked for form before anything is looked up."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.device_limits import MOST_PAGE_BYTES
from sync.problems import BatchTooLarge, EncodingUnsupported, MalformedEnvelope
from sync.verify import parse_verify

ZERO = ["0" * 32] * 256
GOOD = {"cursor": "c", "own": ZERO, "shared": ZERO}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        (GOOD | {"cursor": None}, "/cursor"),
        (GOOD | {"cursor": 5}, "/cursor"),
        (GOOD | {"own": ZERO[:255]}, "/own"),
        (GOOD | {"own": [*ZERO, ZERO[0]]}, "/own"),
        (GOOD | {"own": "0" * 256}, "/own"),
        (GOOD | {"own": {str(number): text for number, text in enumerate(ZERO)}}, "/own"),
        (GOOD | {"own": [*ZERO[:17], "0" * 31, *ZERO[18:]]}, "/own/17"),
        (GOOD | {"own": [*ZERO[:17], "F" * 32, *ZERO[18:]]}, "/own/17"),
        (GOOD | {"own": [*ZERO[:17], "0" * 32 + "\n", *ZERO[18:]]}, "/own/17"),
        (GOOD | {"shared": ["x" * 32, *ZERO[1:]]}, "/shared/0"),
        (GOOD | {"shared": [*ZERO[:255], 0]}, "/shared/255"),
        (GOOD | {"counts": {"own": -1}}, "/counts/own"),
        (GOOD | {"counts": {"own": 1.5}}, "/counts/own"),
        ([], ""),
        ("", ""),
        (None, ""),
    ],
)
def test_what_is_not_a_verification_is_told_with_the_place_where(body: Any, pointer: str) -> None:
    with pytest.raises(MalformedEnvelope) as refused:
        parse_verify(json.dumps(body).encode())
    assert [error["pointer"] for error in refused.value.errors] == [pointer]


def test_unknown_members_are_ignored_and_compressed_bodies_are_read() -> None:
    body = json.dumps(GOOD | {"future": [1, 2]}).encode()
    assert parse_verify(body).own == tuple(ZERO)
    assert parse_verify(gzip.compress(body), "gzip") == parse_verify(body)
    with pytest.raises(EncodingUnsupported):
        parse_verify(body, "br")
    with pytest.raises(BatchTooLarge):
        parse_verify(gzip.compress(b" " * (MOST_PAGE_BYTES + 1)), "gzip")


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_body_whatever_it_is_makes_the_server_fail(body: bytes) -> None:
    with pytest.raises(MalformedEnvelope):
        parse_verify(body)


def test_a_body_that_is_nested_for_ever_is_malformed() -> None:
    with pytest.raises(MalformedEnvelope):
        parse_verify(b"[" * 100_000)
    with pytest.raises(MalformedEnvelope):
        parse_verify(b'{"future":' * 20_000)

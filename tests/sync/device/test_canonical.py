"""Canonical JSON: the same bytes as the library of RFC 8785 gives, for all that the protocol can say."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from sync.device.json_text import Json, canonical, sendable

LARGEST = 2**53 - 1
# Surrogates alone are no text; they can be in a Python string all the same.
texts = some.text(some.characters(exclude_categories=["Cs"]))
scalars = some.none() | some.booleans() | some.integers(-LARGEST, LARGEST) | texts
values = some.recursive(scalars, lambda inner: some.lists(inner) | some.dictionaries(texts, inner), max_leaves=20)


@given(values)
def test_canonical_json_is_byte_for_byte_that_of_the_rfc(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_members_are_in_the_order_of_utf_16_and_not_of_code_points() -> None:
    value = {"\U0001f600": 1, "\ufb33": 2, "a": 3}

    assert canonical(value).decode() == '{"a":3,"\U0001f600":1,"\ufb33":2}'
    assert sorted(value) == ["a", "\ufb33", "\U0001f600"]


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}])
def test_what_is_no_text_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical(value)


@pytest.mark.parametrize(
    "value", [{"n": 0.5}, {"n": float("nan")}, {"n": LARGEST + 1}, {"n": -LARGEST - 1}, {"é": 1}, {"n": [{"é": 1}]}]
)
def test_what_languages_read_differently_is_not_sent(value: Json) -> None:
    with pytest.raises(ValueError, match=r"must be a string|not ASCII"):
        sendable(value)


@given(some.dictionaries(some.text("abcXYZ_", min_size=1), values.filter(lambda value: json.dumps(value).isascii())))
def test_what_is_sent_is_what_was_meant(value: Json) -> None:
    try:
        sent = sendable(value)
    except ValueError:
        assert not all(name.isascii() for name in names(value))
    else:
        assert sent == json.loads(json.dumps(value))


def names(value: object) -> list[str]:
    """All names of members, at any depth."""
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in names(inner))]
    return [name for inner in value for name in names(inner)] if isinstance(value, list) else []

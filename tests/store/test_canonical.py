"""Our canonical bytes are those of RFC 8785."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from store.canonical import encode

KEYS = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=30)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5))


@given(VALUES)
def test_any_value_is_written_as_the_standard_says(value: object) -> None:
    assert encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # the strategy makes JSON values


def test_instants_have_six_digits_and_quantities_are_plain() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    written = json.loads(encode({"at": noon, "quantity": Decimal("1.500000"), "many": Decimal(1200)}))
    assert written == {"at": "2026-11-20T12:00:00.000000Z", "quantity": "1.5", "many": "1200"}


@pytest.mark.parametrize("value", [2**53, datetime(2026, 1, 1), object(), {1: 2}, "\ud800"])  # noqa: DTZ001 - naive is the case
def test_what_has_no_canonical_writing_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)

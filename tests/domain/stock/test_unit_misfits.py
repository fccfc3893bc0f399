"""What does not fit about units: serials, lots, fractions and units of measure. Issue 9, 4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.stock.unit_misfits import Units, same_unit, unit_misfits


@pytest.mark.parametrize(
    ("tracking", "fields", "kinds"),
    [
        ("serial", {"quantity": "1", "serials": 1, "distinct": 1}, []),
        ("serial", {"quantity": "2", "serials": 2, "distinct": 1}, ["serial_duplicate"]),
        ("serial", {"quantity": "1"}, ["serial_missing"]),
        ("serial", {"quantity": "1", "serials": 2, "distinct": 2}, ["serial_count"]),
        ("serial", {"quantity": "3", "serials": 2, "distinct": 1}, ["serial_duplicate", "serial_count"]),
        ("serial", {"quantity": "0.5", "serials": 1, "distinct": 1}, ["fraction_of_unit"]),
        ("serial", {"quantity": "0.5"}, ["fraction_of_unit", "serial_missing"]),
        ("serial", {"quantity": "1.000000", "serials": 1, "distinct": 1}, []),
        ("serial", {"quantity": "2", "moved": False}, []),
        ("serial", {"quantity": "2.5", "moved": False}, ["fraction_of_unit"]),
        ("lot", {"quantity": "0.5", "lot": "L"}, []),
        ("lot", {"quantity": "1"}, ["lot_missing"]),
        ("lot", {"quantity": "1", "lot": "  "}, ["lot_missing"]),
        ("lot", {"quantity": "1", "moved": False}, []),
        ("none", {"quantity": "0.5"}, []),
        ("none", {"quantity": "1", "unit": "m"}, ["unit_mismatch"]),
        ("none", {"quantity": "1", "unit": " PCS "}, []),
    ],
)
def test_what_does_not_fit_has_a_name(tracking: Any, fields: dict[str, Any], kinds: list[str]) -> None:
    units = Units(**fields | {"quantity": Decimal(fields["quantity"])})

    assert list(unit_misfits(units, tracking, "pcs")) == kinds


def test_a_unit_is_the_same_whatever_its_capitals_and_blanks() -> None:
    assert same_unit("Lfd.  Meter", "lfd. meter")
    assert not same_unit("m", "mm")

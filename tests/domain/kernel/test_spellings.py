"""Quantities, instants, days and whole numbers have one grammar each, and nothing else passes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random, SystemRandom

import pytest

from domain.kernel.digits import whole_number
from domain.kernel.instant import INSTANT_PATTERN, parse_day, parse_instant, parse_zone, recorded_instant
from domain.kernel.problem import BadInput
from domain.kernel.quantity import PATTERN, parse_quantity
from tests.support.spellings import DAYS, INSTANTS, NUMBERS, QUANTITIES, spoiled

LOTS = 3000


@pytest.mark.parametrize("text", QUANTITIES)
def test_a_quantity_is_a_plain_decimal(text: str) -> None:
    """Issue 8 and issue 9, 12: digits of other scripts, signs, blanks, exponents and bare points are none."""
    with pytest.raises(BadInput) as refused:
        parse_quantity(text, positive=False)
    assert refused.value.errors[0]["pointer"] == "/quantity"


@pytest.mark.parametrize("text", ["0", "1", "2.50", "007", "0.000001", "999999999999.999999"])
def test_a_quantity_that_was_promised_is_read(text: str) -> None:
    assert parse_quantity(text, positive=False) == Decimal(text)


@pytest.mark.parametrize("text", INSTANTS)
def test_an_instant_is_rfc_3339_with_an_offset(text: str) -> None:
    """Issue 8: week dates, ordinal dates, the basic form, commas, 24:00 and offsets with seconds are none."""
    with pytest.raises(BadInput):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-21T15:40:02+01:00", 0),
        ("2026-11-21T14:40:02Z", 0),
        ("2026-11-21T14:40:02.1Z", 100_000),
        ("2026-11-21T14:40:02.123456789-00:00", 123_456),
        ("2026-11-22T14:39:02.999999+23:59", 999_999),
    ],
)
def test_an_instant_that_was_promised_is_read(text: str, microsecond: int) -> None:
    assert parse_instant(text) == datetime(2026, 11, 21, 14, 40, 2, microsecond, UTC)


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_year_month_and_day(text: str) -> None:
    """Issue 8 and issue 9, 12."""
    with pytest.raises(BadInput):
        parse_day(text)
    assert parse_day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_whole_number_is_digits(text: str) -> None:
    """Issue 8, 27 and issue 9, 12."""
    assert whole_number(text) is None


@pytest.mark.parametrize("text", ["20261121T154002,5+0100", "2026-W47-6T14:40:02.5Z", "2026-11-21T15:40:02.5+01:00:00"])
def test_what_a_record_holds_is_read_whatever_it_was_taken_in_as(text: str) -> None:
    assert recorded_instant(text) == datetime(2026, 11, 21, 14, 40, 2, 500_000, UTC)


def test_nothing_passes_that_the_grammar_does_not_have() -> None:
    """Issue 8: thousands of spoiled spellings, each read or refused as the published pattern says, never a fault."""
    seed = SystemRandom().randrange(2**32)
    dice = Random(seed)
    for _ in range(LOTS):
        text = spoiled(dice, dice.choice(["1", "2.5", "0", "1200.000001"]))
        assert passes(lambda: parse_quantity(text, positive=False)) == bool(re.fullmatch(PATTERN, text)), (seed, text)  # noqa: B023
        text = spoiled(dice, dice.choice(["2026-11-21T15:40:02+01:00", "2026-11-21T14:40:02.123Z"]))
        if passes(lambda: parse_instant(text)):  # noqa: B023
            assert re.fullmatch(INSTANT_PATTERN, text, re.ASCII), (seed, text)
        text = spoiled(dice, "2026-11-21")
        if passes(lambda: parse_day(text)):  # noqa: B023
            assert parse_day(text).isoformat() == text, (seed, text)
        text = spoiled(dice, "120")
        number = whole_number(text)
        assert number is None or str(number) == text, (seed, text)


def passes(parse: object) -> bool:
    assert callable(parse)
    try:
        parse()
    except BadInput:
        return False
    return True


@pytest.mark.parametrize(
    "name",
    ["localtime", "posixrules", "posix/Europe/Berlin", "right/Europe/Berlin", "europe/berlin", "Europe/Berlin ", ""],
)
def test_a_zone_is_one_of_the_iana_ones(name: str) -> None:
    """Issue 9, 9 and 12: `localtime` was the zone of whatever machine reads it."""
    with pytest.raises(BadInput):
        parse_zone(name)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Etc/GMT+3", "America/Argentina/Buenos_Aires", "EST5EDT"])
def test_a_zone_that_is_one_is_read(name: str) -> None:
    assert parse_zone(name) == name

"""The kinds of discrepancies: for each what opens and closes it, who looks into it, and what it says. The one table."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

DiscrepancyKind = Literal[
    "negative_book",
    "count_variance",
    "transfer_short",
    "transfer_surplus",
    "transfer_overdue",
    "serial_elsewhere",
    "serial_unknown",
    "serial_missing",
    "serial_count",
    "serial_duplicate",
    "fraction_of_unit",
    "lot_missing",
    "lot_short",
    "unit_mismatch",
    "possible_double_use",
    "work_after_reassignment",
    "work_after_cancel",
    "duplicate_completion",
    "unknown_part",
    "clock_suspect",
]
DISCREPANCY_KINDS: tuple[DiscrepancyKind, ...] = get_args(DiscrepancyKind)

DiscrepancyStatus = Literal["open", "assigned", "explained", "settled", "closed"]
"""Open and assigned ones wait for somebody; a closed one does not show any more."""

WRITE_OFFS: Final = ("lost", "damaged", "stolen", "expired", "never_arrived", "miscounted", "too_small", "unknown")
"""Codes of why a discrepancy is written off; codes, as free text could be about a person."""

Owner = Literal["custodian", "dispatcher"]


class Rule(NamedTuple):
    """What holds for all discrepancies of one kind.

    `about` names what it is about, and `unit` which name of a unit comes besides; its id follows from these, in this
    order. It opens when `opens` is so and closes when `closes` is; a decision settles it as well, unless `lasting`.
    `owner` looks into it while nobody is assigned: the custodian of its van, the dispatchers where there is none.
    `text` is the sentence about it, with places for what was found. `notice` is what a device is told at once whose
    own fact it is about, if it is told.
    """

    about: tuple[str, ...]
    opens: str
    closes: str
    text: str
    owner: Owner = "dispatcher"
    unit: Literal["serial", "lot"] | None = None
    lasting: bool = False
    notice: str | None = None


_BIN: Final = ("location", "part")
_TAKEN_BACK: Final = "each such fact is taken back"


def _of_units(opens: str, text: str) -> Rule:
    """A kind about what one movement or count says of its units."""
    return Rule(_BIN, opens, "each such movement or count is taken back", text, owner="custodian")


RULES: Final[dict[DiscrepancyKind, Rule]] = {
    "work_after_reassignment": Rule(
        ("work_order", "technician"),
        "a device's fact about an order is recorded that is somebody else's by then",
        _TAKEN_BACK,
        "The order had been given to somebody else when this arrived.",
        notice="The work order is assigned to somebody else.",
    ),
    "work_after_cancel": Rule(
        ("work_order", "technician"),
        "a device's fact about an order is recorded that is cancelled by then",
        _TAKEN_BACK,
        "The order had been cancelled when this arrived.",
        notice="The work order was cancelled.",
    ),
    "duplicate_completion": Rule(
        ("work_order",),
        "an order is completed again that nobody has reopened",
        "one completion at most is left",
        "The work was said to be done more than once.",
        notice="The work order had been completed before.",
    ),
    "unknown_part": Rule(
        ("part",),
        "a part is moved that is not in the catalogue",
        "the part is registered",
        "A part was moved that is not in the catalogue.",
        lasting=True,
        notice="There is no such part in the catalogue.",
    ),
    "clock_suspect": Rule(
        ("device",),
        "a device says a time that cannot be",
        "somebody settles it",
        "The device's clock was {trouble}.",
    ),
    "possible_double_use": Rule(
        ("work_order", "part"),
        "two devices use one part on one order within four hours",
        "uses are taken back until no two are left",
        "Two devices say within four hours that they used this part on this order.",
    ),
    "negative_book": Rule(
        _BIN,
        "less than nothing is in a bin, by the books",
        "the book is not below zero any more",
        "By the books there are {on_hand}, which cannot be.",
        owner="custodian",
        lasting=True,
    ),
    "serial_elsewhere": Rule(
        ("part",),
        "a unit is taken from where, by the movements before, it is not",
        "the movements fit together",
        "Serial number {serial} was taken from a place where, by the movements before, it was not.",
        unit="serial",
    ),
    "serial_unknown": Rule(
        ("part",),
        "a unit is taken from a place that it has never come to",
        "the movements fit together",
        "Serial number {serial} was taken from a place that it had never come to.",
        unit="serial",
    ),
    "serial_missing": _of_units(
        "a part that is tracked by serial is moved without one",
        "Each unit of this part has a serial number, and none was named.",
    ),
    "serial_count": _of_units(
        "more or fewer serials are named than units moved",
        "Each unit of this part has a serial number, and as many were not named as units moved.",
    ),
    "serial_duplicate": _of_units(
        "one serial is named twice", "One serial number was named for two units of this part."
    ),
    "fraction_of_unit": _of_units(
        "a fraction of a part is recorded that is tracked by serial",
        "Units of this part are told apart by serial number, and a fraction of one was recorded.",
    ),
    "lot_missing": _of_units(
        "a part that is tracked by lot is moved without one", "This part is tracked by lot, and no lot was named."
    ),
    "lot_short": Rule(
        _BIN,
        "less than nothing of a lot is in a bin, by the movements",
        "the sum is not below zero any more",
        "By the books there are {on_hand} of lot {lot}, which cannot be.",
        owner="custodian",
        unit="lot",
    ),
    "unit_mismatch": _of_units(
        "a quantity is given in another unit than the catalogue's",
        "The quantity was given in another unit than the catalogue's.",
    ),
}
"""Each kind that is found today; the kinds without a rule are reserved."""

CLOCK_TROUBLES: Final = {
    "ahead": "ahead: it told of what had not happened yet",
    "behind": "behind: it told of a time before what its owner had read or done already",
}

OF_SERIALS: Final = tuple(kind for kind, rule in RULES.items() if rule.unit == "serial")
"""Kinds that are about one unit of a part: its serial stands among the refs, beside the ids."""

NOTICES: Final = {kind: rule.notice for kind, rule in RULES.items() if rule.notice is not None}
"""What a device is told at once about its own fact, by kind."""

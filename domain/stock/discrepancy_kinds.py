"""The table of kinds of discrepancies: for each, how it opens and closes, its owner and its text."""

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
"""Open and assigned ones wait for somebody; a closed one is no longer found."""

WRITE_OFFS: Final = ("lost", "damaged", "stolen", "expired", "never_arrived", "miscounted", "too_small", "unknown")
"""Codes of the reasons for a write-off; free text could be personal."""

Owner = Literal["custodian", "dispatcher"]


class Rule(NamedTuple):
    """The rules of one kind of discrepancy.

    `about` names the things it is about, and `unit` the name of a unit if there is one; its id is computed from these,
    in this order. It opens when `opens` holds and closes when `closes` does; a decision settles it as well, unless
    `lasting`. `owner` is responsible while nobody is assigned: the custodian of its van, else the dispatchers. `text`
    is the sentence about it, with placeholders for the finding. `notice` is the immediate notice to a device about its
    own fact, if there is one.
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
    """A kind about the units of one movement or count."""
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
        "The work was reported as done more than once.",
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
        "a device reports an impossible time",
        "somebody settles it",
        "The device's clock was {trouble}.",
    ),
    "possible_double_use": Rule(
        ("work_order", "part"),
        "two devices use one part on one order within four hours",
        "uses are taken back until no two are left",
        "Two devices report within four hours that they used this part on this order.",
    ),
    "negative_book": Rule(
        _BIN,
        "the book balance of a bin is below zero",
        "the book balance is not below zero any more",
        "The book balance is {on_hand}, which is impossible.",
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
        "a unit is taken from a place where it has never been",
        "the movements fit together",
        "Serial number {serial} was taken from a place where it had never been.",
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
        "Units of this part are tracked by serial number, and a fraction of one was recorded.",
    ),
    "lot_missing": _of_units(
        "a part that is tracked by lot is moved without one", "This part is tracked by lot, and no lot was named."
    ),
    "lot_short": Rule(
        _BIN,
        "the sum of a lot's movements in a bin is below zero",
        "the sum is not below zero any more",
        "The book balance of lot {lot} is {on_hand}, which is impossible.",
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
    "ahead": "ahead: it reported something that had not happened yet",
    "behind": "behind: it reported a time before something that its owner had already read or done",
}

OF_SERIALS: Final = tuple(kind for kind, rule in RULES.items() if rule.unit == "serial")
"""Kinds about one unit of a part: its serial is among the refs, beside the ids."""

NOTICES: Final = {kind: rule.notice for kind, rule in RULES.items() if rule.notice is not None}
"""The notice that a device gets at once about its own fact, by kind."""

"""People's keys: whether two things have one number, GTIN, name, serial or message id."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok
from callout.doctor.patient import Patient
from domain.kernel.keys import NAMES
from store.unique_keys import CLASHES

_SHOWN = 20


def keys(patient: Patient) -> Iterator[Finding]:
    """Which things have a key that is another's; new ones are refused, what was recorded stays."""
    if not patient.ask("SELECT rules FROM log.key_rules"):
        yield advice("Numbers and names have not been compared with each other yet.", "Run `callout migrate`.")
        return
    [(many,)] = patient.ask("SELECT count(*) FROM log.key_clashes")
    if not many:
        yield ok("No two things have one number, GTIN, name, serial or message id.")
        return
    for kind, holder, other in patient.ask(CLASHES, (_SHOWN,)):
        thing, name = NAMES[kind]
        yield advice(
            f"{other} has the {name} of {thing}, {holder}, which was recorded first.",
            "Find out whether they are one thing; retire or merge the one that is not used, or leave it as it is.",
        )
    if many > _SHOWN:
        yield advice(f"There are {many - _SHOWN} more of these.", "They are shown as the first ones are settled.")

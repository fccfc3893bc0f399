"""Unique keys: whether two things have the same number, GTIN, name, serial or message id."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok
from callout.doctor.system import System
from domain.kernel.keys import NAMES
from store.unique_keys import CLASHES

_SHOWN = 20


def keys(system: System) -> Iterator[Finding]:
    """The things that share a key with another one; new ones are refused, recorded ones stay."""
    if not system.ask("SELECT rules FROM log.key_rules"):
        yield advice("Numbers and names have not been compared with each other yet.", "Run `callout migrate`.")
        return
    [(many,)] = system.ask("SELECT count(*) FROM log.key_clashes")
    if not many:
        yield ok("No two things have one number, GTIN, name, serial or message id.")
        return
    for kind, holder, other in system.ask(CLASHES, (_SHOWN,)):
        thing, name = NAMES[kind]
        yield advice(
            f"{other} has the {name} of {thing}, {holder}, which was recorded first.",
            "Find out whether they are one thing; retire or merge the one that is not used, or leave it as it is.",
        )
    if many > _SHOWN:
        yield advice(f"There are {many - _SHOWN} more of these.", "They are listed when the first ones are resolved.")

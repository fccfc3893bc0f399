"""Claims about one serial number: their order, the location they lead to, and contradictions between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement
from projections.engine.facts import as_fact
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.stock.locations import holds_stock
from projections.stock.stock_lines import moment_of

_CUSTOMER = str(VIRTUAL["customer"])
_VIRTUAL = frozenset(map(str, VIRTUAL.values()))


class Walk(NamedTuple):
    """The location that the claims lead to, None when none is in effect, and what does not fit.

    `unknown` are claims that took the unit from a shelf where it had never been put, `elsewhere` pairs of a claim that
    put it in one place and the next one, which took it from another.
    """

    location: UUID | None
    unknown: list[Row]
    elsewhere: list[tuple[Row, Row]]


def claim_of(event: Recorded[StockMovement.Moved], rows: Rows) -> Row:
    """The claim of a movement about each serial that it names, as JSON values."""
    data, moment = event.data, moment_of(event, rows, None)
    of_device = {"incarnation": moment.incarnation, "seq": moment.device_seq}
    ends = {"from": data.from_, "to": data.to}
    return as_fact(event, stream=event.stream, kind=data.kind, corrects=data.corrects, **of_device, **ends)


def in_order(claims: Iterable[Row]) -> list[Row]:
    """First to last: those of a device in its own order whatever its clock, those of the office in the log's order."""
    reached: dict[object, str] = {}
    placed = []
    for claim in sorted(claims, key=lambda claim: claim["seq"] or 0):
        who = claim["stream"] if claim["seq"] is None else (claim["device"], claim["incarnation"])
        reached[who] = max(claim["at"], reached.get(who, ""))
        number = (claim["seq"] or 0) if claim["device"] else claim["position"]
        placed.append((reached[who], claim["device"] or "", number, claim["stream"], claim))
    return [place[-1] for place in sorted(placed, key=lambda place: place[:-1])]


def walk(claims: list[Row], rows: Rows, *, first: bool = True) -> Walk:
    """Follow the claims, which are in order. The latest one counts; an adjustment is never a contradiction.

    `first` is whether there are none before these: only then the first one can be `unknown`.
    """
    unknown, elsewhere = [], []
    shelves: dict[str, bool] = {}

    def is_shelf(place: str) -> bool:
        if place not in shelves:
            shelves[place] = holds_stock(rows, UUID(place))
        return shelves[place]

    before: Row | None = None
    for claim in _in_effect(claims):
        if claim["kind"] != "adjustment":
            if before is None and first and is_shelf(claim["from"]):
                unknown.append(claim)
            elif before is not None and not _same(before["to"], claim["from"], is_shelf):
                elsewhere.append((before, claim))
        before = claim
    return Walk(UUID(before["to"]) if before else None, unknown, elsewhere)


def _in_effect(claims: list[Row]) -> Iterable[Row]:
    """The claims in effect: without corrections and what they corrected."""
    taken_back: set[str] = set()
    for claim in sorted(claims, key=lambda claim: claim["position"], reverse=True):
        if claim["corrects"] and claim["stream"] not in taken_back:
            taken_back.add(claim["corrects"])
    names = {claim["stream"] for claim in claims}
    return (claim for claim in claims if claim["stream"] not in taken_back and claim["corrects"] not in names)


def _same(one: str, other: str, is_shelf: Callable[[str], bool]) -> bool:
    """Whether both may be the same place: a customer's machine is with the customer, so either name is right."""
    if one == other:
        return True
    machine = {one, other} - {_CUSTOMER}
    return len(machine) == 1 and all(it not in _VIRTUAL and not is_shelf(it) for it in machine)

"""The row of a discrepancy: its finding, the decisions about it, and the status that follows from both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict
from uuid import UUID

from domain.kernel.instant import recorded_instant
from domain.stock.discrepancy import Discrepancy, discrepancy_id
from domain.stock.discrepancy_kinds import RULES, DiscrepancyKind
from projections.engine.facts import Fact
from projections.engine.projection import Rows
from projections.engine.shapes import Id, Instant
from projections.engine.table import Row, Table
from projections.stock.locations import LOCATIONS

ABOUT = ("location", "part", "work_order", "technician", "device")


class Cause(Fact):
    """An event that causes a discrepancy, by its stream or its position."""

    stream: Id | None


class Decision(Fact):
    """What somebody decided: `what` is the topic, `opened_at` since when the discrepancy had been open then."""

    what: str
    actor: Id | None
    opened_at: Instant
    to: NotRequired[Id]
    by_event: NotRequired[Id]
    movements: NotRequired[list[Id]]
    approved_by: NotRequired[Id]
    reason: NotRequired[str]


class DiscrepancyRow(TypedDict):
    """A discrepancy: what does not fit, and what people decided about it."""

    id: UUID
    kind: DiscrepancyKind
    status: str
    open: bool
    opened_at: datetime
    owner: UUID | None
    owner_role: str | None
    location: UUID | None
    part: UUID | None
    work_order: UUID | None
    technician: UUID | None
    device: UUID | None
    refs: dict[str, str]
    detail: str
    events: list[Cause]
    decisions: list[Decision]
    decisions_count: int
    taken_up_since: datetime | None
    assigned_to: UUID | None
    position: int


DISCREPANCIES = Table.of(
    "discrepancies",
    DiscrepancyRow,
    key=("id",),
    indexes=(("opened_at", "id"), ("status", "opened_at"), ("location",), ("work_order",), ("owner",)),
)


class ListedDiscrepancy(DiscrepancyRow):
    """A discrepancy with its age at the instant for which it is asked."""

    age: Annotated[int, "In seconds."]


_SETTLES = {
    Discrepancy.Explained.TOPIC: "explained",
    Discrepancy.Adjusted.TOPIC: "settled",
    Discrepancy.WrittenOff.TOPIC: "settled",
}


ALL_FITS = "The books and the world fit."


class Subject(NamedTuple):
    """What a discrepancy is about; there is at most one discrepancy per subject."""

    kind: DiscrepancyKind
    refs: tuple[UUID, ...]
    serial: str | None = None
    lot: str | None = None

    @property
    def id(self) -> UUID:
        """The id of the discrepancy, always the same for the same subject."""
        return discrepancy_id(self.kind, *self.refs, *(each for each in (self.serial, self.lot) if each is not None))


class Found(NamedTuple):
    """A finding: the events that cause the discrepancy (none when all fits), since when, and a sentence about it."""

    events: list[Row]
    opened_at: str | None = None
    detail: str = ALL_FITS


def begun(subject: Subject) -> Row:
    """A row without findings and decisions."""
    rule = RULES.get(subject.kind)
    about = dict(zip(rule.about if rule else (), subject.refs, strict=False))
    named = {"serial": subject.serial, "lot": subject.lot}
    return {
        "id": subject.id,
        "kind": subject.kind,
        **{name: about.get(name) for name in ABOUT},
        "refs": {name: str(value) for name, value in about.items()}
        | {name: value for name, value in named.items() if value is not None},
        "decisions": [],
        "decisions_count": 0,
        "taken_up_since": None,
        "assigned_to": None,
    }


def found(rows: Rows, row: Row, finding: Found, position: int) -> Row | None:
    """The row with a new finding; None when nothing is wrong and nobody has decided anything."""
    if not finding.events and not row["decisions"]:
        return None
    opened_at = recorded_instant(finding.opened_at) if finding.opened_at else row["taken_up_since"]
    fields = {"events": finding.events, "opened_at": opened_at, "detail": finding.detail}
    return with_status(rows, row | fields | {"position": position})


def with_status(rows: Rows, row: Row) -> Row:
    """The row with status and owner, which follow from its events and decisions; a new event reopens a settled one."""
    decisions, events = row["decisions"], row["events"]
    settled = _settled(row["kind"], decisions, events)
    owner = row["assigned_to"] or _owner(rows, row)
    status = "closed" if not events else settled or ("assigned" if row["assigned_to"] else "open")
    return row | {
        "status": status,
        "open": status in ("open", "assigned"),
        "owner": owner,
        "owner_role": None if owner else "dispatcher",
    }


def _settled(kind: DiscrepancyKind, decisions: list[Row], events: Iterable[Row]) -> str | None:
    """The status set by the last decision, unless that was an assignment or a later event was found."""
    last = decisions[-1] if decisions else None
    if last is None or _is_lasting(kind) or any(event["position"] > last["position"] for event in events):
        return None
    return _SETTLES.get(last["what"])


def _is_lasting(kind: DiscrepancyKind) -> bool:
    rule = RULES.get(kind)
    return rule is not None and rule.lasting


def _owner(rows: Rows, row: Row) -> Any:
    """The owner while nobody is assigned: the custodian of its van, or None."""
    rule = RULES.get(row["kind"])
    if rule is None or rule.owner != "custodian" or not row["location"]:
        return None
    location = rows.get(LOCATIONS, row["location"])
    return location["custodian"] if location else None

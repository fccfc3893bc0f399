"""Discrepancies: what does not fit, since when, why, and who owns it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from domain.kernel.instant import format_instant
from domain.recording.recorded import Recorded
from domain.stock.discrepancy import Discrepancy
from domain.stock.location import Location
from domain.stock.stock_movement import StockMovement
from domain.topics import EVENT_CLASSES
from projections.access.device_row import DEVICES
from projections.access.devices import Devices
from projections.engine.fact_lists import SHOWN
from projections.engine.facts import as_fact
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.stock.discrepancy_causes import CAUSES
from projections.stock.discrepancy_findings import look
from projections.stock.discrepancy_row import ALL_FITS, DISCREPANCIES, Subject, begun, found, with_status
from projections.stock.discrepancy_subjects import subjects
from projections.stock.discrepancy_taken_up import taken_up
from projections.stock.locations import Locations
from projections.stock.lots import Lots
from projections.stock.parts import PARTS, Parts
from projections.stock.serials import Serials
from projections.stock.stock import Stock
from projections.stock.units import UnitsView
from projections.work.visits import Visits
from projections.work.work_order_facts import order_of
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders

_FIELDS = ("to", "by_event", "movements", "approved_by", "reason")


class Discrepancies(Projection):
    """One row per discrepancy that is found or was decided about; one that vanished undecided leaves no row.

    `events` cause it, `refs` are the things it is about, `decisions` those of people (a note stays in the log), the
    newest of `decisions_count`; the first one was made when it had been open since `taken_up_since`. `status` is open,
    assigned, explained, settled or closed; `open` while somebody has to act. Unassigned, it belongs to the custodian
    for a van's book and otherwise to the dispatchers (`owner_role`).
    """

    name: ClassVar[str] = "discrepancies"
    version: ClassVar[int] = 6
    tables: ClassVar[tuple[Table, ...]] = (DISCREPANCIES, CAUSES)
    needs: ClassVar[tuple[Projection, ...]] = (
        Parts(),
        Locations(),
        Devices(),
        Stock(),
        Serials(),
        UnitsView(),
        Lots(),
        WorkOrders(),
        Visits(),
    )

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The rows that the event is checked against, unless other views load them."""
        if event.topic == StockMovement.Moved.TOPIC:
            yield PARTS, (event.data.part,)
        if event.envelope.device is not None:
            yield DEVICES, (event.envelope.device,)
            if (order := order_of(event)) is not None:
                yield WORK_ORDERS, (order,)
        if event.topic.startswith("discrepancy."):
            yield DISCREPANCIES, (event.stream,)

    @on(*EVENT_CLASSES.values())
    def _check(self, event: Recorded, rows: Rows) -> None:
        about = {subject.id: subject for subject in subjects(event, rows)}
        rows.preload((DISCREPANCIES, (id,)) for id in about)
        for id, subject in about.items():
            before = rows.get(DISCREPANCIES, id)
            finding = look(subject, event, rows)
            if not finding.events and _has_no_finding(subject, before):
                continue
            after = found(rows, before or begun(subject), finding, event.position)
            if after is None:
                rows.delete(DISCREPANCIES, id)
            else:
                rows.put(DISCREPANCIES, after)
        if event.topic.startswith("discrepancy."):
            self._decide(event, rows)
        elif event.topic == Location.CustodyTaken.TOPIC:
            self._hand_over(event, rows)

    @staticmethod
    def _decide(event: Recorded, rows: Rows) -> None:
        row = rows.get(DISCREPANCIES, event.stream)
        if row is None:
            row = begun(taken_up(event, rows)) | {"id": event.stream}
            row |= {"events": [], "opened_at": event.occurred_at, "detail": ALL_FITS}
        fields = {name: getattr(event.data, name) for name in _FIELDS if hasattr(event.data, name)}
        since = format_instant(row["opened_at"])
        decision = as_fact(event, what=event.topic, actor=event.envelope.actor, opened_at=since, **fields)
        assigned = {"assigned_to": event.data.to} if event.topic == Discrepancy.Assigned.TOPIC else {}
        after = (
            row
            | assigned
            | {
                "decisions": [*row["decisions"], decision][-SHOWN:],
                "decisions_count": row["decisions_count"] + 1,
                "taken_up_since": row["taken_up_since"] or row["opened_at"],
                "position": event.position,
            }
        )
        rows.put(DISCREPANCIES, with_status(rows, after))

    @staticmethod
    def _hand_over(event: Recorded[Location.CustodyTaken], rows: Rows) -> None:
        for row in rows.where(DISCREPANCIES, location=event.stream):
            rows.put(DISCREPANCIES, with_status(rows, row) | {"position": event.position})


def _has_no_finding(subject: Subject, row: Row | None) -> bool:
    """Whether nothing was found before about a subject: every movement of a unit is checked, most change nothing."""
    return row is None or (subject.serial is not None and not row["events"])


def concerned(event: Recorded, rows: Rows) -> list[UUID]:
    """The ids of the discrepancies that an event may have opened, changed or closed."""
    about = {subject.id: subject for subject in subjects(event, rows)}
    rows.preload((DISCREPANCIES, (id,)) for id in about)
    ids = [id for id, subject in about.items() if _may_have_changed(subject, rows.get(DISCREPANCIES, id), event)]
    if event.topic.startswith("discrepancy."):
        ids.append(event.stream)
    elif event.topic == Location.CustodyTaken.TOPIC:
        ids += [row["id"] for row in rows.where(DISCREPANCIES, location=event.stream)]
    return list(dict.fromkeys(ids))


def _may_have_changed(subject: Subject, row: Row | None, event: Recorded) -> bool:
    return subject.serial is None or row is None or row["position"] == event.position

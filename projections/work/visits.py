"""Visits: the planned window and technician, and what was reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from domain.care.customer import Customer
from domain.kernel.instant import format_instant
from domain.kernel.local_time import format_local
from domain.kernel.walk import REPLIES
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.visit_walk import REPORTED
from projections.engine.facts import as_fact, without_texts
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.work.visit_declines import DECLINES
from projections.work.visit_facts import CORRECTED, FACTS, VISIT_FACTS, add_fact, add_step, walked, without_operation
from projections.work.visit_row import VISITS
from projections.work.visit_state import state_of


class Visits(Projection):
    """One row per visit.

    `steps` are decisions and facts, see `projections/engine/facts.py`, `signatures` pictures by their hashes, the
    newest `SHOWN` of each; `counts` has their numbers. A fact that was recorded after later ones has `late`, with
    whether it `changed` the visit's status or technician; `stale_acceptance` is one of an earlier plan. A fact reported
    by another technician than the visit's is among the steps and changes nothing. `reason` and `note` are why a visit
    was not done or was cancelled. `DECLINES` finds the reasons of a technician who is erased.
    """

    name: ClassVar[str] = "visits"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (VISITS, VISIT_FACTS, CORRECTED, DECLINES)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The visit itself."""
        if event.topic == Technician.Erased.TOPIC:
            return
        yield VISITS, (event.stream,)

    @on(Visit.Planned)
    def _planned(self, event: Recorded[Visit.Planned], rows: Rows) -> None:
        data = event.data
        row: Row = {
            "id": event.stream,
            **{name: getattr(data, name) for name in ("work_order", "customer")},
            **window_of(data),
            "signatures": [],
            "steps": [],
            "taken_back": [],
            "counts": {},
            "planned_at": event.occurred_at,
        }
        planned = as_fact(event, what=event.topic, technician=data.technician, **_window(data))
        self._put(event, rows, row | add_step(rows, row, planned | {"device": None, "decision": True}))

    @on(Visit.Dispatched, Visit.Declined)
    def _given(self, event: Recorded[Visit.Dispatched | Visit.Declined], rows: Rows) -> None:
        self._decide(event, rows, {}, technician=event.data.technician, note=getattr(event.data, "reason", None))
        if event.topic == Visit.Declined.TOPIC:
            rows.put(DECLINES, {"visit": event.stream, "technician": event.data.technician})

    @on(Visit.Rescheduled)
    def _rescheduled(self, event: Recorded[Visit.Rescheduled], rows: Rows) -> None:
        self._decide(event, rows, window_of(event.data), **_window(event.data))

    @on(Visit.Cancelled)
    def _cancelled(self, event: Recorded[Visit.Cancelled], rows: Rows) -> None:
        self._decide(event, rows, {}, reason=event.data.ended_with, note=event.data.reason)

    @on(*(EVENT_CLASSES[topic] for topic in REPORTED))
    def _reported(self, event: Recorded, rows: Rows) -> None:
        data = event.data
        more = {"reason": data.reason, "note": data.note} if event.topic == Visit.NotDone.TOPIC else {}
        if getattr(data, "unasked", None):
            more = {"unasked": True}
        if event.topic in REPLIES and event.envelope.seen_position is not None:
            more |= {"seen": event.envelope.seen_position}
        if (row := self._row(event, rows)) is not None:
            step = as_fact(event, what=event.topic, technician=data.technician, **more)
            late = FACTS.is_late(rows, row["id"], "steps", step)
            before = {name: row[name] for name in ("status", "technician")}
            row = row | add_step(rows, row, step)
            if late:
                after = state_of(walked(rows, row["id"]))
                changed = any(after[name] != value for name, value in before.items())
                row |= {"steps": FACTS.mark_late(rows, row["id"], "steps", step, changed=changed)}
            self._put(event, rows, row)

    @on(Visit.Signed)
    def _signed(self, event: Recorded[Visit.Signed], rows: Rows) -> None:
        if (row := self._row(event, rows)) is not None:
            names = ("sha256", "size", "media_type", "signer", "technician")
            signature = as_fact(event, **{name: getattr(event.data, name) for name in names})
            self._put(event, rows, row | add_fact(rows, row, "signatures", signature))

    @on(Visit.FactCorrected)
    def _corrected(self, event: Recorded[Visit.FactCorrected], rows: Rows) -> None:
        if (row := self._row(event, rows)) is not None:
            self._put(event, rows, row | without_operation(rows, row, event.data.operation))

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        for row in rows.where(VISITS, customer=event.stream):
            FACTS.erase_texts(rows, row["id"])
            silent = row | {name: without_texts(row[name]) for name in ("steps", "signatures")}
            rows.put(VISITS, silent | state_of(walked(rows, row["id"])) | {"position": event.position})

    @on(Technician.Erased)
    def _forgotten(self, event: Recorded[Technician.Erased], rows: Rows) -> None:
        for decline in rows.where(DECLINES, technician=event.stream):
            if (row := rows.get(VISITS, decline["visit"])) is not None:
                FACTS.erase_texts(rows, row["id"], what=Visit.Declined.TOPIC, technician=str(event.stream))
                silent = row | {"steps": FACTS.newest(rows, row["id"], "steps")}
                rows.put(VISITS, silent | state_of(walked(rows, row["id"])) | {"position": event.position})

    def _decide(self, event: Recorded, rows: Rows, changed: Row, **fields: Any) -> None:
        if (row := self._row(event, rows)) is not None:
            step = as_fact(event, what=event.topic, **fields)
            last = FACTS.last(rows, row["id"], "decisions")
            # Decisions take effect in the order in which they were recorded.
            at = max(step["at"], last["at"]) if last is not None else step["at"]
            decision = step | {"at": at, "device": None, "decision": True}
            self._put(event, rows, row | changed | add_step(rows, row, decision))

    @staticmethod
    def _row(event: Recorded, rows: Rows) -> Row | None:
        row = rows.get(VISITS, event.stream)
        operation = event.envelope.operation_id
        taken_back = operation is not None and rows.get(CORRECTED, event.stream, operation) is not None
        return None if taken_back else row

    @staticmethod
    def _put(event: Recorded, rows: Rows, row: Row) -> None:
        state = state_of(walked(rows, row["id"]))
        rows.put(VISITS, row | state | {"position": event.position, "version": event.version})


def _window(data: Any) -> Row:
    """The window of a plan, as members of a fact."""
    return {name: format_instant(getattr(data, name)) for name in ("window_start", "window_end")}


def window_of(data: Any) -> Row:
    """The window of a visit as instants, and in local time of the place, as given or computed."""
    return {
        "window_start": data.window_start,
        "window_end": data.window_end,
        "zone": data.zone,
        "local_start": data.local_start or format_local(data.window_start, data.zone),
        "local_end": data.local_end or format_local(data.window_end, data.zone),
    }

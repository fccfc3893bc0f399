"""Visits: who is to come when, and who came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from domain.care import customer_events
from domain.care.customer import Customer
from domain.kernel.instant import format_instant
from domain.kernel.local_time import format_local
from domain.kernel.walk import REPLIES
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from domain.work import visit_events
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.visit_walk import REPORTED
from projections.engine.facts import told, wordless
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.work.visit_declines import DECLINES
from projections.work.visit_facts import CORRECTED, FACTS, VISIT_FACTS, listed, stepped, taken_out, walked
from projections.work.visit_row import VISITS
from projections.work.visit_standing import standing


class Visits(Projection):
    """One row a visit.

    `steps` are decisions and facts as `projections/engine/facts.py` tells them, `signatures` pictures by their hashes,
    the newest `SHOWN` of each; `counts` says how many there are. A fact that came when later ones were known has
    `late`, which says whether it `changed` where the visit stands; `stale_acceptance` is one of an earlier plan.
    A fact told by somebody whose visit it was not is among the steps and moves nothing. `reason` and `note` say why
    a visit was not done or was cancelled. `DECLINES` finds the words of a technician who is erased.
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
    def _planned(self, event: Recorded[visit_events.Planned], rows: Rows) -> None:
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
        planned = told(event, what=event.topic, technician=data.technician, **_window(data))
        self._put(event, rows, row | stepped(rows, row, planned | {"device": None, "decision": True}))

    @on(Visit.Dispatched, Visit.Declined)
    def _given(self, event: Recorded[visit_events.Dispatched | visit_events.Declined], rows: Rows) -> None:
        self._decide(event, rows, {}, technician=event.data.technician, note=getattr(event.data, "reason", None))
        if event.topic == Visit.Declined.TOPIC:
            rows.put(DECLINES, {"visit": event.stream, "technician": event.data.technician})

    @on(Visit.Rescheduled)
    def _rescheduled(self, event: Recorded[visit_events.Rescheduled], rows: Rows) -> None:
        self._decide(event, rows, window_of(event.data), **_window(event.data))

    @on(Visit.Cancelled)
    def _cancelled(self, event: Recorded[visit_events.Cancelled], rows: Rows) -> None:
        self._decide(event, rows, {}, reason=event.data.ended_with, note=event.data.reason)

    @on(*(EVENT_CLASSES[topic] for topic in REPORTED))
    def _told(self, event: Recorded, rows: Rows) -> None:
        data = event.data
        more = {"reason": data.reason, "note": data.note} if event.topic == Visit.NotDone.TOPIC else {}
        if getattr(data, "unasked", None):
            more = {"unasked": True}
        if event.topic in REPLIES and event.envelope.seen_position is not None:
            more |= {"seen": event.envelope.seen_position}
        if (row := self._row(event, rows)) is not None:
            step = told(event, what=event.topic, technician=data.technician, **more)
            late = FACTS.is_late(rows, row["id"], "steps", step)
            before = {name: row[name] for name in ("status", "technician")}
            row = row | stepped(rows, row, step)
            if late:
                after = standing(walked(rows, row["id"]))
                changed = any(after[name] != value for name, value in before.items())
                row |= {"steps": FACTS.mark_late(rows, row["id"], "steps", step, changed=changed)}
            self._put(event, rows, row)

    @on(Visit.Signed)
    def _signed(self, event: Recorded[visit_events.Signed], rows: Rows) -> None:
        if (row := self._row(event, rows)) is not None:
            names = ("sha256", "size", "media_type", "signer", "technician")
            signature = told(event, **{name: getattr(event.data, name) for name in names})
            self._put(event, rows, row | listed(rows, row, "signatures", signature))

    @on(Visit.FactCorrected)
    def _corrected(self, event: Recorded[visit_events.FactCorrected], rows: Rows) -> None:
        if (row := self._row(event, rows)) is not None:
            self._put(event, rows, row | taken_out(rows, row, event.data.operation))

    @on(Customer.Erased)
    def _erased(self, event: Recorded[customer_events.Erased], rows: Rows) -> None:
        for row in rows.where(VISITS, customer=event.stream):
            FACTS.silence(rows, row["id"])
            silent = row | {name: wordless(row[name]) for name in ("steps", "signatures")}
            rows.put(VISITS, silent | standing(walked(rows, row["id"])) | {"position": event.position})

    @on(Technician.Erased)
    def _forgotten(self, event: Recorded[Technician.Erased], rows: Rows) -> None:
        for decline in rows.where(DECLINES, technician=event.stream):
            if (row := rows.get(VISITS, decline["visit"])) is not None:
                FACTS.silence(rows, row["id"], what=Visit.Declined.TOPIC, technician=str(event.stream))
                silent = row | {"steps": FACTS.newest(rows, row["id"], "steps")}
                rows.put(VISITS, silent | standing(walked(rows, row["id"])) | {"position": event.position})

    def _decide(self, event: Recorded, rows: Rows, changed: Row, **said: Any) -> None:
        if (row := self._row(event, rows)) is not None:
            step = told(event, what=event.topic, **said)
            last = FACTS.last(rows, row["id"], "decisions")
            # Decisions take effect in the order in which they were recorded.
            at = max(step["at"], last["at"]) if last is not None else step["at"]
            decision = step | {"at": at, "device": None, "decision": True}
            self._put(event, rows, row | changed | stepped(rows, row, decision))

    @staticmethod
    def _row(event: Recorded, rows: Rows) -> Row | None:
        row = rows.get(VISITS, event.stream)
        operation = event.envelope.operation_id
        taken_back = operation is not None and rows.get(CORRECTED, event.stream, operation) is not None
        return None if taken_back else row

    @staticmethod
    def _put(event: Recorded, rows: Rows, row: Row) -> None:
        stands = standing(walked(rows, row["id"]))
        rows.put(VISITS, row | stands | {"position": event.position, "version": event.version})


def _window(data: Any) -> Row:
    """The window of a plan, among the facts."""
    return {name: format_instant(getattr(data, name)) for name in ("window_start", "window_end")}


def window_of(data: Any) -> Row:
    """The window of a visit as instants, and as the clocks at the place show it or were asked to show it."""
    return {
        "window_start": data.window_start,
        "window_end": data.window_end,
        "zone": data.zone,
        "local_start": data.local_start or format_local(data.window_start, data.zone),
        "local_end": data.local_end or format_local(data.window_end, data.zone),
    }

"""Conflicts: groups are atomic, no change is overwritten unnoticed, and both sides of a conflict can be found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.discrepancy import discrepancy_id
from domain.stock.discrepancy_kinds import RULES
from projections.engine.table import Row
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.locations import LOCATIONS
from projections.work.visit_row import VISITS
from projections.work.work_order_row import WORK_ORDERS
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

ATOMIC = "a group's requests stand or fall together, and its facts land in one commit"
NOTICED = "a change that clashes keeps both values"
BOTH_SIDES = "both sides of a conflict can be reached from it"
ABOUT_REFS = ("foreign_visit", "foreign_van", "reference_mismatch", "earlier_plan", "before_it_was_there")
ABOUT_NAMES = ("reference_mismatch", "before_it_was_there")
_NAMED = {"work_order": WORK_ORDERS, "visit": VISITS, "location": LOCATIONS}
FALLEN = ("rejected", "quarantined")


class Conflicts:
    """Checks replies and commits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._details: dict[UUID, dict[str, Any]] = {}
        self._conflicted: dict[str, list[dict[str, Any]]] = {}

    def restored(self) -> None:
        """The server was restored: forget what the log has lost."""
        self._details.clear()
        self._conflicted.clear()
        self._remember(self._world.log.events)

    def committed(self, events: Sequence[Recorded]) -> None:
        """A device may change only details of a customer whose present value it knew."""
        for event in events:
            if event.topic == "customer.changed" and event.envelope.device is not None:
                self._must_have_known(event)
            self._remember([event])

    def answered(self, sent: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """Operations and their results, neighbours side by side."""
        groups: dict[str, list[tuple[str, bool]]] = {}
        for operation, result in sent:
            if result.get("notices"):
                self._conflicted[result["id"]] = result["notices"]
            if operation["group"] is not None and not result.get("duplicate"):
                is_request = operation["type"] in self._world.auditor.replies.requests
                groups.setdefault(operation["group"], []).append((result["status"], is_request))
        for group, results in groups.items():
            fallen = {status in FALLEN for status, is_request in results if is_request}
            must(len(fallen) < 2, ATOMIC, f"{group}: {results}")
            held = {status == "held" for status, _ in results if status not in FALLEN}
            must(len(held) < 2, ATOMIC, f"{group}: {results}")

    def check_the_end(self) -> None:
        """The things that each notice names can be found."""
        for operation, notices in self._conflicted.items():
            for notice in notices:
                must(self._is_found(operation, notice), BOTH_SIDES, f"{operation}: {notice}")

    def _remember(self, events: Sequence[Recorded]) -> None:
        for event in events:
            if event.topic in ("customer.registered", "customer.changed"):
                details = {name: getattr(event.data, name) for name in ("name", "phones", "email", "language", "zone")}
                known = self._details.setdefault(event.stream, {})
                known.update({name: value for name, value in details.items() if value is not None})

    def _must_have_known(self, event: Recorded) -> None:
        wanted = self._world.auditor.ledger.data_of(str(event.envelope.operation_id)).get("changes", {})
        for field in wanted.keys() & set(event.data.fields):  # nobody may have looked at the disk since it was made
            before, claimed = self._details[event.stream].get(field), wanted[field]["from"]
            same = list(before or ()) == list(claimed or ())
            must(same, NOTICED, f"{field} was {before}, and the device knew {claimed}")

    def _is_found(self, operation: str, notice: dict[str, Any]) -> bool:
        code, refs, rows = notice["code"], notice["refs"], self._world.views.rows
        if code in ABOUT_REFS:
            return bool(refs) and all(self._is_recorded(operation, code, name, id) for name, id in refs.items())
        if "work_order" in refs:
            order = rows.get(WORK_ORDERS, UUID(refs["work_order"]))
            return order is not None and self._is_found_of(order, operation, code)
        if code == "unknown_part":
            return rows.get(DISCREPANCIES, discrepancy_id("unknown_part", UUID(refs["part"]))) is not None
        if code == "details_clash":
            return any(event.topic == "customer.change_clashed" for event in self._events_of(operation))
        return code in RULES or code == "needs_missing"

    def _is_recorded(self, operation: str, code: str, name: str, id: str) -> bool:
        """Whether the thing of a notice exists, and the operation is recorded about it or, if it misfits, names it."""
        stream, world = UUID(id), self._world
        table, done = _NAMED.get(name), self._events_of(operation)
        if not (world.log.streams.version(stream) if table is None else world.views.rows.get(table, stream)):
            return False
        if code in ABOUT_NAMES:
            return bool(done) and id in world.auditor.ledger.data_of(operation).values()
        streams = [event for made in done for event in world.log.events if event.stream == made.stream]
        return any(event.stream == stream or id in repr(event.data) for event in streams)

    def _is_found_of(self, order: Row, operation: str, code: str) -> bool:
        """Whether the work order or a discrepancy about it names the operation; a corrected one may be in neither."""
        if code == "duplicate_completion":
            return len(order["completions"]) + len(order["reported"]) + len(self._taken_back()) > 1
        if self._world.auditor.ledger.made[operation].type == "fact_corrected":
            return True  # it opens nothing: the order tells of what was taken back, and by whom
        found = self._world.views.rows.where(DISCREPANCIES, work_order=order["id"])
        named = any(operation in str(row["events"]) for row in found if row["kind"] == code)
        return named or operation in self._taken_back()

    def _taken_back(self) -> set[str]:
        """Operations that a later one has taken back."""
        return self._world.auditor.ledger.taken_back()

    def _events_of(self, operation: str) -> list[Recorded]:
        return self._world.log.operations.events_of(UUID(operation))

"""The documents that devices pull, stored ready to send: each rendered once after every batch that concerns it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from projections.care.customers import Customers
from projections.documents.digests import DIGESTS, put
from projections.documents.due import Due
from projections.documents.entry import written
from projections.documents.kind import Kind, Reaction
from projections.documents.kinds.code_list import CODE_LIST
from projections.documents.kinds.discrepancy import DISCREPANCY, HOLDERS
from projections.documents.kinds.jobs import JOB
from projections.documents.kinds.location import LOCATION
from projections.documents.kinds.operation import OPERATION
from projections.documents.kinds.part import PART
from projections.documents.repairs import REPAIRS
from projections.documents.results import RESULTS
from projections.documents.slices import HELPERS, ORDER_VISITS, SLICES
from projections.documents.stock import STOCK_LINE
from projections.documents.table import DOCUMENTS
from projections.documents.technician import TECHNICIAN
from projections.documents.visit import VISIT
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Table
from projections.stock.discrepancies import Discrepancies
from projections.stock.locations import Locations
from projections.stock.parts import Parts
from projections.stock.stock import Stock
from projections.work.equipment import EquipmentView
from projections.work.technicians import Technicians
from projections.work.visits import Visits
from projections.work.work_orders import WorkOrders
from store.errors import Trouble, trouble_of

KINDS: tuple[Kind, ...] = (CODE_LIST, PART, LOCATION, TECHNICIAN, STOCK_LINE, JOB, VISIT, OPERATION, DISCREPANCY)
"""All types of document, in the order in which they fold an event."""

_BODIES = {kind.name: kind.body for kind in KINDS}
_REACTIONS: dict[str, list[Reaction]] = {}
for _kind in KINDS:
    for _topic, _reaction in _kind.handlers.items():
        _REACTIONS.setdefault(_topic, []).append(_reaction)


class Documents(Projection):
    """One row per document and audience, or its tombstone once the audience no longer has it.

    Its position is that of the last event that concerned it, whether or not that changed its body.
    """

    name: ClassVar[str] = "documents"
    version: ClassVar[int] = 9
    tables: ClassVar[tuple[Table, ...]] = (
        DOCUMENTS,
        DIGESTS,
        SLICES,
        ORDER_VISITS,
        HELPERS,
        REPAIRS,
        RESULTS,
        HOLDERS,
    )
    needs: ClassVar[tuple[Projection, ...]] = (
        Parts(),
        Customers(),
        EquipmentView(),
        Locations(),
        Technicians(),
        Stock(),
        WorkOrders(),
        Visits(),
        Discrepancies(),
    )

    def __init__(self) -> None:
        self._due = Due()

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The rows that the types of document name."""
        for kind in KINDS:
            yield from kind.touches(event)

    @on(*(EVENT_CLASSES[topic] for topic in _REACTIONS))
    def _heed(self, event: Recorded, rows: Rows) -> None:
        self._due.begin_event(rows)
        for react in _REACTIONS[event.topic]:
            react(self._due, event, rows)
        self._due.settle(rows)

    def finish(self, rows: Rows) -> None:
        """Render what is due, each document once for all its audiences, and put the tombstones."""
        bodies = {}
        due, documents = self._due.take(rows)
        for share, position in due.items():
            name = share.type, share.id
            try:
                if name not in bodies:
                    bodies[name] = _BODIES[share.type](rows, share.id)
                body = bodies[name]
                if body is not None:
                    documents[share] = written(*share, position, body)
            except Exception as error:
                if trouble_of(error) is not Trouble.CODE:
                    raise
                rows.note_unrendered(position, error)  # this document stays as it was; all others are rendered
        put(rows, list(documents.values()))

"""Attachments: which photos and signatures were named, by whom and for which customer; bytes are uploaded apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.table import Key, Row, Table
from projections.work.visit_row import VISITS
from projections.work.visits import Visits
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders

ATTACHMENTS = Table(
    "attachments",
    {
        "position": "bigint NOT NULL",
        "sha256": "text NOT NULL",
        "size": "bigint NOT NULL",
        "media_type": "text NOT NULL",
        "work_order": "uuid NOT NULL",
        "visit": "uuid",
        "customer": "uuid NOT NULL",
        "technician": "uuid",
        "device": "uuid",
        "misfit": "boolean NOT NULL",
    },
    key=("position",),
    indexes=(("sha256", "technician"),),
    append_only=True,
)


class Attachments(Projection):
    """One row per event that names a picture by its hash; a correction of the fact leaves it here.

    `technician` is the author's, None for the office. A `misfit` was named by a technician to whom the order or visit
    was not assigned when it was recorded.
    """

    name: ClassVar[str] = "attachments"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (ATTACHMENTS,)
    needs: ClassVar[tuple[Projection, ...]] = (WorkOrders(), Visits())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The order, for its customer, and the visit, for its technician."""
        if event.topic == WorkOrder.PhotoAttached.TOPIC:
            yield WORK_ORDERS, (event.stream,)
        elif event.topic == Visit.Signed.TOPIC:
            yield WORK_ORDERS, (event.data.work_order,)
            yield VISITS, (event.stream,)

    @on(WorkOrder.PhotoAttached)
    def _photo(self, event: Recorded[WorkOrder.PhotoAttached], rows: Rows) -> None:
        if (order := rows.get(WORK_ORDERS, event.stream)) is not None:
            misfit = not _has(event, order)
            rows.put(ATTACHMENTS, _named(event, order["id"], None, order["customer"]) | {"misfit": misfit})

    @on(Visit.Signed)
    def _signature(self, event: Recorded[Visit.Signed], rows: Rows) -> None:
        visit = rows.get(VISITS, event.stream)
        free = visit is None or visit["technician"] is None
        misfit = not _has(event, rows.get(WORK_ORDERS, event.data.work_order) if free else visit)
        row = _named(event, event.data.work_order, event.stream, event.data.customer)
        rows.put(ATTACHMENTS, row | {"misfit": misfit})


def _has(event: Recorded, thing: Row | None) -> bool:
    """Whether the author has the order or visit now; the office has all of them."""
    envelope = event.envelope
    return envelope.device is None or (thing is not None and thing["technician"] == envelope.actor)


def _named(event: Recorded, work_order: UUID, visit: UUID | None, customer: UUID) -> Row:
    envelope = event.envelope
    return {
        "position": event.position,
        "sha256": event.data.sha256,
        "size": event.data.size,
        "media_type": event.data.media_type,
        "work_order": work_order,
        "visit": visit,
        "customer": customer,
        "technician": envelope.actor if envelope.device is not None else None,
        "device": envelope.device,
    }


def attachments(reader: Reader, sha256: str, technician: UUID | None = None) -> list[Row]:
    """The first naming of these bytes for each customer, or of those by this technician's devices.

    The first by an author who had the work; where none had it, the first of all. So a later naming changes no earlier
    result, and the customers are in that order.
    """
    return reader.fetch_all(
        """
        SELECT * FROM (
            SELECT DISTINCT ON (customer) * FROM attachments
            WHERE sha256 = %(sha256)s AND (%(technician)s IS NULL OR technician = %(technician)s)
            ORDER BY customer, misfit, position
        ) first
        ORDER BY misfit, position
        """,
        {"sha256": sha256, "technician": technician},
    )


def named_sizes(reader: Reader, sha256: str) -> dict[UUID, list[int]]:
    """The sizes named for these bytes, by customer, in the order of `attachments`: at most 1000."""
    sizes: dict[UUID, list[int]] = {}
    for row in reader.fetch_all(
        """
        SELECT customer, size FROM attachments WHERE sha256 = %s
        GROUP BY customer, size
        ORDER BY bool_and(misfit), min(position)
        LIMIT 1000
        """,
        (sha256,),
    ):
        sizes.setdefault(row["customer"], []).append(row["size"])
    return sizes


def newest_sizes(reader: Reader, sha256: str, technician: UUID, limit: int) -> list[int]:
    """The sizes that this technician's devices have named for these bytes, newest first, at most `limit`."""
    rows = reader.fetch_all(
        """
        SELECT size FROM attachments WHERE sha256 = %(sha256)s AND technician = %(technician)s
        GROUP BY size
        ORDER BY max(position) DESC
        LIMIT %(limit)s
        """,
        {"sha256": sha256, "technician": technician, "limit": limit},
    )
    return [row["size"] for row in rows]

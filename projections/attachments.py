"""Attachments: which photos and signatures were named by whom, and for which customer; the bytes come on their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from projections.projection import Projection, Rows, on
from projections.reader import Reader
from projections.table import Key, Row, Table
from projections.work_orders import WORK_ORDERS, WorkOrders
from store.recorded import Recorded

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
    },
    key=("position",),
    indexes=(("sha256", "technician"),),
    append_only=True,
)


class Attachments(Projection):
    """One row each time that somebody named the bytes of a picture; taking the fact back leaves it here.

    `technician` is whose device said so, none for the office.
    """

    name: ClassVar[str] = "attachments"
    tables: ClassVar[tuple[Table, ...]] = (ATTACHMENTS,)
    needs: ClassVar[tuple[Projection, ...]] = (WorkOrders(),)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The order, which says whose customer it is."""
        if event.topic == "work_order.photo_attached":
            yield WORK_ORDERS, (event.stream,)

    @on("work_order.photo_attached")
    def _photo(self, event: Recorded, rows: Rows) -> None:
        if (order := rows.get(WORK_ORDERS, event.stream)) is not None:
            rows.put(ATTACHMENTS, _named(event, order["id"], None, order["customer"]))

    @on("visit.signed")
    def _signature(self, event: Recorded, rows: Rows) -> None:
        rows.put(ATTACHMENTS, _named(event, event.data.work_order, event.stream, event.data.customer))


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
    """Who named these bytes (or which of these the technician's devices did): the last time for each customer.

    The newest first.
    """
    return reader.fetch_all(
        """
        SELECT * FROM (
            SELECT DISTINCT ON (customer) * FROM attachments
            WHERE sha256 = %(sha256)s AND (%(technician)s IS NULL OR technician = %(technician)s)
            ORDER BY customer, position DESC
        ) last
        ORDER BY position DESC
        """,
        {"sha256": sha256, "technician": technician},
    )

"""Customers with their sites, and clashes of changes that await a decision of the office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from projections.care.customer_entries import entries_below
from projections.care.customer_rows import CLASHES, CUSTOMERS, SITES, ClashRow, CustomerDetail, CustomerRow, SiteRow
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import EXTERNAL_REF, external_ref_of
from projections.lookup.search_query import EVERYBODY, Like, containing

DETAILS = ("name", "phones", "email", "language", "zone")


class Customers(Projection):
    """One row per customer, one per site, one per open clash, which the next change of that field settles.

    `phones` is a list of texts; `kept` and `wanted` are lists of texts as well, one text for any other field. All
    texts of an erased customer are emptied, whatever the events still hold.
    """

    name: ClassVar[str] = "customers"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (CUSTOMERS, SITES, CLASHES)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The customer, and the site where the event names one."""
        if event.topic in self.folds:
            yield CUSTOMERS, (event.stream,)
        if event.topic == Customer.SiteChanged.TOPIC:
            yield SITES, (event.data.site,)

    @on(Customer.Registered)
    def _registered(self, event: Recorded[Customer.Registered], rows: Rows) -> None:
        row = {"id": event.stream, "merged_into": None, "erased": False}
        rows.put(
            CUSTOMERS,
            row | {field: _value(event, field) for field in DETAILS} | external_ref_of(event) | changed_by(event),
        )

    @on(Customer.Changed)
    def _details(self, event: Recorded[Customer.Changed], rows: Rows) -> None:
        fields = {field: _value(event, field) for field in event.data.fields}
        self._change(event, rows, fields)
        for field in event.data.fields:
            for clash in rows.where(CLASHES, customer=event.stream, field=field):
                rows.delete(CLASHES, clash["position"])

    @on(Customer.ChangeClashed)
    def _clashed(self, event: Recorded[Customer.ChangeClashed], rows: Rows) -> None:
        self._change(event, rows, {})
        row = {
            "position": event.position,
            "customer": event.stream,
            "field": event.data.field,
            "kept": _listed(event.data.kept),
            "wanted": _listed(event.data.wanted),
            "occurred_at": event.occurred_at,
            "actor": event.envelope.actor,
            "device": event.envelope.device,
        }
        rows.put(CLASHES, row)

    @on(Customer.SiteAdded)
    def _site_added(self, event: Recorded[Customer.SiteAdded], rows: Rows) -> None:
        data = event.data
        row = {"id": data.site, "customer": event.stream, "zone": data.zone, "zone_basis": data.zone_basis}
        words = {"address": data.address, "access_notes": data.access_notes}
        rows.put(SITES, row | words | {"position": event.position})
        self._change(event, rows, {})

    @on(Customer.SiteChanged)
    def _site_changed(self, event: Recorded[Customer.SiteChanged], rows: Rows) -> None:
        if (site := rows.get(SITES, event.data.site)) is not None:
            given = {name: getattr(event.data, name) for name in ("zone", "address", "access_notes")}
            given_fields = {name: value for name, value in given.items() if value is not None}
            basis = {} if event.data.zone is None else {"zone_basis": event.data.zone_basis}
            rows.put(SITES, site | given_fields | basis | {"position": event.position})
        self._change(event, rows, {})

    @on(Customer.Merged)
    def _merged(self, event: Recorded[Customer.Merged], rows: Rows) -> None:
        self._change(event, rows, {"merged_into": event.data.into})

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        self._change(event, rows, {**dict.fromkeys((*DETAILS, *EXTERNAL_REF)), "erased": True})
        for site in rows.where(SITES, customer=event.stream):
            rows.put(SITES, site | {"address": None, "access_notes": None, "position": event.position})
        for clash in rows.where(CLASHES, customer=event.stream):
            rows.delete(CLASHES, clash["position"])

    def _change(self, event: Recorded, rows: Rows, fields: Row) -> None:
        change_row(rows, CUSTOMERS, event, fields)


def _value(event: Recorded, field: str) -> Any:
    value = getattr(event.data, field)
    return _listed(value) if field == "phones" else value


def _listed(value: tuple[str, ...] | None) -> list[str] | None:
    return None if value is None else list(value)


def customer(reader: Reader, customer_id: UUID) -> CustomerDetail | None:
    """One customer, with the `sites` and open `clashes` of their entry and of those merged into it."""
    found = reader.row(CustomerRow, "SELECT * FROM customers WHERE id = %s", (customer_id,))
    if found is None:
        return None
    below = (entries_below(reader, customer_id),)
    sites = reader.rows(SiteRow, "SELECT * FROM sites WHERE customer = ANY(%s) ORDER BY id", below)
    clashes = reader.rows(ClashRow, "SELECT * FROM customer_clashes WHERE customer = ANY(%s) ORDER BY position", below)
    return {**found, "sites": sites, "clashes": clashes}


def customers(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    words: str | None = None,
    like: Like = EVERYBODY,
    external_ref: str | None = None,
) -> list[CustomerRow]:
    """At most `limit` customers by id, those behind `after`, who have `words` as written or are `like` some."""
    like = like if words is None or like is not EVERYBODY else containing(words)
    return reader.rows(
        CustomerRow,
        f"""
        SELECT * FROM customers
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
          AND {like.condition}
        ORDER BY id
        LIMIT %(limit)s
        """,  # noqa: S608 - made of fixed text, with values apart
        {"external_ref": external_ref, "limit": limit, "after": after, **like.values},
    )

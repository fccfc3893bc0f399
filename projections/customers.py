"""Customers with their sites, and the changes of details that clashed and wait for the office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from projections.external_refs import BY_EXTERNAL_ID, EXTERNAL_REF
from projections.external_refs import external_ref as _external_ref
from projections.projection import Projection, Rows, on
from projections.reader import Reader
from projections.table import Key, Row, Table
from store.recorded import Recorded

CUSTOMERS = Table(
    "customers",
    {
        "id": "uuid NOT NULL",
        "name": "text",
        "phones": "json",
        "email": "text",
        "language": "text",
        "zone": "text",
        "merged_into": "uuid",
        "erased": "boolean NOT NULL",
        **EXTERNAL_REF,
        "position": "bigint NOT NULL",
        "version": "bigint NOT NULL",
    },
    key=("id",),
    indexes=BY_EXTERNAL_ID,
)

SITES = Table(
    "sites",
    {
        "id": "uuid NOT NULL",
        "customer": "uuid NOT NULL",
        "zone": "text NOT NULL",
        "address": "text",
        "access_notes": "text",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("customer", "id"),),
)

CLASHES = Table(
    "customer_clashes",
    {
        "position": "bigint NOT NULL",
        "customer": "uuid NOT NULL",
        "field": "text NOT NULL",
        "kept": "json",
        "wanted": "json",
        "occurred_at": "timestamptz NOT NULL",
        "actor": "uuid",
        "device": "uuid",
    },
    key=("position",),
    indexes=(("customer", "field"),),
)

DETAILS = ("name", "phones", "email", "language", "zone")


class Customers(Projection):
    """One row a customer, one a site, one a clash that is open: the next change of that field settles it.

    `phones` is a list of texts; `kept` and `wanted` are lists of texts as well, one text for any other field. All
    words of an erased customer are gone, whatever the events still hold.
    """

    name: ClassVar[str] = "customers"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (CUSTOMERS, SITES, CLASHES)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The customer, and the site where the event names one."""
        if event.topic in self.folds:
            yield CUSTOMERS, (event.stream,)
        if event.topic == "customer.site_changed":
            yield SITES, (event.data.site,)

    @on("customer.registered")
    def _registered(self, event: Recorded, rows: Rows) -> None:
        row = {"id": event.stream, "merged_into": None, "erased": False}
        rows.put(
            CUSTOMERS, row | {field: _value(event, field) for field in DETAILS} | _external_ref(event) | _changed(event)
        )

    @on("customer.changed")
    def _details(self, event: Recorded, rows: Rows) -> None:
        said = {field: _value(event, field) for field in event.data.fields}
        self._change(event, rows, said)
        for field in event.data.fields:
            for clash in rows.where(CLASHES, customer=event.stream, field=field):
                rows.delete(CLASHES, clash["position"])

    @on("customer.change_clashed")
    def _clashed(self, event: Recorded, rows: Rows) -> None:
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

    @on("customer.site_added")
    def _site_added(self, event: Recorded, rows: Rows) -> None:
        data = event.data
        row = {"id": data.site, "customer": event.stream, "zone": data.zone}
        words = {"address": data.address, "access_notes": data.access_notes}
        rows.put(SITES, row | words | {"position": event.position})
        self._change(event, rows, {})

    @on("customer.site_changed")
    def _site_changed(self, event: Recorded, rows: Rows) -> None:
        if (site := rows.get(SITES, event.data.site)) is not None:
            given = {name: getattr(event.data, name) for name in ("zone", "address", "access_notes")}
            told = {name: value for name, value in given.items() if value is not None}
            rows.put(SITES, site | told | {"position": event.position})
        self._change(event, rows, {})

    @on("customer.merged")
    def _merged(self, event: Recorded, rows: Rows) -> None:
        self._change(event, rows, {"merged_into": event.data.into})

    @on("customer.erased")
    def _erased(self, event: Recorded, rows: Rows) -> None:
        self._change(event, rows, {**dict.fromkeys((*DETAILS, *EXTERNAL_REF)), "erased": True})
        for site in rows.where(SITES, customer=event.stream):
            rows.put(SITES, site | {"address": None, "access_notes": None, "position": event.position})
        for clash in rows.where(CLASHES, customer=event.stream):
            rows.delete(CLASHES, clash["position"])

    def _change(self, event: Recorded, rows: Rows, said: Row) -> None:
        if (customer := rows.get(CUSTOMERS, event.stream)) is not None:
            rows.put(CUSTOMERS, customer | said | _changed(event))


def _changed(event: Recorded) -> Row:
    return {"position": event.position, "version": event.version}


def _value(event: Recorded, field: str) -> Any:
    value = getattr(event.data, field)
    return _listed(value) if field == "phones" else value


def _listed(value: tuple[str, ...] | None) -> list[str] | None:
    return None if value is None else list(value)


def customer(reader: Reader, customer_id: UUID) -> Row | None:
    """One customer, with `sites` and open `clashes`."""
    found = reader.fetch_one("SELECT * FROM customers WHERE id = %s", (customer_id,))
    if found is None:
        return None
    sites = reader.fetch_all("SELECT * FROM sites WHERE customer = %s ORDER BY id", (customer_id,))
    open_clashes = reader.fetch_all(
        "SELECT * FROM customer_clashes WHERE customer = %s ORDER BY position", (customer_id,)
    )
    return found | {"sites": sites, "clashes": open_clashes}


def customers(
    reader: Reader, *, limit: int, after: UUID | None = None, words: str | None = None, external_ref: str | None = None
) -> list[Row]:
    """At most `limit` customers by id, those behind `after`; `words` is part of a name, address, e-mail or phone."""
    return reader.fetch_all(
        """
        SELECT * FROM customers
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(words)s IS NULL
            OR strpos(lower(concat_ws(E'\\n', name, email, phones::text)), lower(%(words)s)) > 0
            OR EXISTS (
              SELECT FROM sites
              WHERE sites.customer = customers.id AND strpos(lower(sites.address), lower(%(words)s)) > 0
            ))
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"external_ref": external_ref, "limit": limit, "after": after, "words": words},
    )


def clashes(reader: Reader, *, limit: int, after: int | None = None) -> list[Row]:
    """At most `limit` open clashes, oldest first, those behind the position `after`."""
    return reader.fetch_all(
        "SELECT * FROM customer_clashes WHERE position > %s ORDER BY position LIMIT %s", (after or 0, limit)
    )

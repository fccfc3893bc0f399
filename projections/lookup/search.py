"""Search: the things that can be found, and their terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from domain.access.user import User
from domain.care.case import Case
from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from domain.stock.location import VIRTUAL, Location
from domain.stock.part import Part
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.lookup.search_kinds import terms_of

ENTRIES = Table(
    "search_entries",
    {
        "id": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "name": "text",
        "number": "text",
        "customer": "uuid",
        "merged_into": "uuid",
        "person": "uuid",
        "told": "json NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("person",),),
)
"""A thing that can be found. `person` is the person whose data `name` and `told` are, if any."""

TERMS = Table("search_terms", {"term": "bytea NOT NULL", "thing": "uuid NOT NULL"}, key=("term", "thing"))
"""The terms of a thing; see `projections.lookup.search_terms`."""


class Search(Projection):
    """One row per thing that can be found, one row per term of it. Both are emptied when their person is erased."""

    name: ClassVar[str] = "search"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (ENTRIES, TERMS)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The thing itself, and the site where the event names one."""
        if event.topic in self.folds:
            yield ENTRIES, (getattr(event.data, "site", None) or event.stream,)

    @on(Customer.Registered)
    def _customer_registered(self, event: Recorded[Customer.Registered], rows: Rows) -> None:
        fields = {"name": event.data.name, "email": event.data.email, "phones": list(event.data.phones or ())}
        _begin(event, rows, "customers", fields, customer=event.stream, person=event.stream)

    @on(Customer.Changed)
    def _customer_changed(self, event: Recorded[Customer.Changed], rows: Rows) -> None:
        changes = {name: getattr(event.data, name) for name in event.data.fields if name in {"name", "email", "phones"}}
        if "phones" in changes:
            changes["phones"] = list(changes["phones"] or ())
        _change(event, rows, event.stream, changes)

    @on(Customer.SiteAdded)
    def _site_added(self, event: Recorded[Customer.SiteAdded], rows: Rows) -> None:
        data = event.data
        _begin(event, rows, "sites", {"name": data.address}, id=data.site, customer=event.stream, person=event.stream)

    @on(Customer.SiteChanged)
    def _site_changed(self, event: Recorded[Customer.SiteChanged], rows: Rows) -> None:
        if event.data.address is not None:
            _change(event, rows, event.data.site, {"name": event.data.address})

    @on(Customer.Merged, Case.Merged)
    def _merged(self, event: Recorded[Customer.Merged | Case.Merged], rows: Rows) -> None:
        if (entry := rows.get(ENTRIES, event.stream)) is not None:
            rows.put(ENTRIES, entry | {"merged_into": event.data.into, "position": event.position})

    @on(Customer.Erased, Technician.Erased, User.Erased)
    def _erased(self, event: Recorded[Customer.Erased | Technician.Erased | User.Erased], rows: Rows) -> None:
        for entry in rows.where(ENTRIES, person=event.stream):
            _change(event, rows, entry["id"], dict.fromkeys(entry["told"]))

    @on(Case.Opened)
    def _case_opened(self, event: Recorded[Case.Opened], rows: Rows) -> None:
        _begin(event, rows, "cases", {"number": None}, name=event.data.topic, customer=event.data.customer)

    @on(WorkOrder.Opened)
    def _work_order_opened(self, event: Recorded[WorkOrder.Opened], rows: Rows) -> None:
        _begin(event, rows, "work-orders", {"number": event.data.number}, customer=event.data.customer)

    @on(Equipment.Registered)
    def _equipment_registered(self, event: Recorded[Equipment.Registered], rows: Rows) -> None:
        fields = {"name": event.data.model, "number": event.data.serial}
        _begin(event, rows, "equipment", fields, customer=event.data.customer)

    @on(Equipment.Installed, Equipment.OwnerChanged)
    def _equipment_owned(self, event: Recorded[Equipment.Installed | Equipment.OwnerChanged], rows: Rows) -> None:
        if (entry := rows.get(ENTRIES, event.stream)) is not None:
            rows.put(ENTRIES, entry | {"customer": event.data.customer, "position": event.position})

    @on(Part.Registered)
    def _part_registered(self, event: Recorded[Part.Registered], rows: Rows) -> None:
        _begin(event, rows, "parts", {"number": event.data.number, **_described(event.data)})

    @on(Part.Revised)
    def _part_revised(self, event: Recorded[Part.Revised], rows: Rows) -> None:
        _change(event, rows, event.stream, _described(event.data))

    @on(Location.Registered)
    def _location_registered(self, event: Recorded[Location.Registered], rows: Rows) -> None:
        if event.stream not in VIRTUAL.values():
            _begin(event, rows, "locations", {"name": event.data.name})

    @on(Technician.Registered)
    def _technician_registered(self, event: Recorded[Technician.Registered], rows: Rows) -> None:
        _begin(event, rows, "technicians", {"name": event.data.name}, person=event.stream)

    @on(Technician.Changed)
    def _technician_changed(self, event: Recorded[Technician.Changed], rows: Rows) -> None:
        if event.data.name is not None:
            _change(event, rows, event.stream, {"name": event.data.name})

    @on(User.Registered)
    def _user_registered(self, event: Recorded[User.Registered], rows: Rows) -> None:
        _begin(event, rows, "users", {"name": event.data.name, "login": event.data.login}, person=event.stream)


def _described(data: Any) -> Row:
    names = [each.text for each in data.names]
    return {"name": names[0] if names else None, "names": names, "gtins": list(data.gtins)}


def _begin(event: Recorded, rows: Rows, kind: str, fields: Row, **more: Any) -> None:
    ref = event.envelope.external_ref
    fields = fields | {"external_id": None if ref is None else ref.id}
    row = {"id": event.stream, "kind": kind, "customer": None, "merged_into": None, "person": None} | more
    shown = {"name": more.get("name", fields.get("name")), "number": fields.get("number")}
    rows.put(ENTRIES, row | shown | {"told": fields, "position": event.position})
    for term in terms_of(kind, fields):
        rows.put(TERMS, {"term": term, "thing": row["id"]})


def _change(event: Recorded, rows: Rows, thing: UUID, changes: Row) -> None:
    """Replace the terms of a thing after changes; a field without a value has no terms."""
    entry = rows.get(ENTRIES, thing)
    if entry is None:
        return
    fields = entry["told"] | changes
    before, after = terms_of(entry["kind"], entry["told"]), terms_of(entry["kind"], fields)
    shown = {name: fields[name] for name in ("name", "number") if name in fields}
    rows.put(ENTRIES, entry | shown | {"told": fields, "position": event.position})
    gone = [(TERMS, (term, thing)) for term in sorted(before - after)]
    rows.preload(gone)
    for table, key in gone:
        rows.delete(table, *key)
    for term in sorted(after - before):
        rows.put(TERMS, {"term": term, "thing": thing})

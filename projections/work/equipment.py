"""Equipment: each machine, its place, customer and warranties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.access.user import User
from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from domain.work.equipment import Equipment, Status
from domain.work.technician import Technician
from projections.care.merges import one_customer
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue, external_ref_of
from projections.work.warranties import WARRANTIES, SetWarranty, Warranty, shown

ERASED = (Customer.Erased.TOPIC, Technician.Erased.TOPIC, User.Erased.TOPIC)
"""After these events the notes that somebody wrote about a machine cannot be read any more."""


class EquipmentRow(TypedDict):
    """A machine."""

    id: UUID
    model: str
    serial: str | None
    customer: UUID | None
    site: UUID | None
    status: str
    warranties: list[Warranty]
    warranties_count: int
    withdrawn_warranties: list[SetWarranty]
    retired_for: str | None
    retirement_note: str | None
    note_of: UUID | None
    external_ref: ExternalRefValue | None
    external_id: str | None
    position: int
    version: int


EQUIPMENT = Table.of(
    "equipment",
    EquipmentRow,
    key=("id",),
    indexes=(("customer",), ("site",), ("serial",), ("note_of",), *BY_EXTERNAL_ID),
)


class EquipmentView(Projection):
    """One row per machine.

    `warranties` are {"from", "until", "terms"} by day, the newest of `warranties_count` in the order of setting, each
    as far as it was not withdrawn; `withdrawn_warranties` are those that were withdrawn, wholly or from a day on.
    """

    name: ClassVar[str] = "equipment"
    tables: ClassVar[tuple[Table, ...]] = (EQUIPMENT, WARRANTIES)
    version: ClassVar[int] = 3

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The machine itself."""
        if event.topic not in ERASED:
            yield EQUIPMENT, (event.stream,)

    @on(Equipment.Registered)
    def _registered(self, event: Recorded[Equipment.Registered], rows: Rows) -> None:
        fields = {name: getattr(event.data, name) for name in ("model", "serial", "customer")}
        later = dict.fromkeys(("site", "retired_for", "retirement_note", "note_of"))
        row = {"id": event.stream, "status": Status.REGISTERED.value, "warranties_count": 0}
        row |= {"warranties": [], "withdrawn_warranties": []}
        rows.put(EQUIPMENT, row | fields | later | external_ref_of(event) | changed_by(event))

    @on(Equipment.Installed)
    def _installed(self, event: Recorded[Equipment.Installed], rows: Rows) -> None:
        fields = {"site": event.data.site, "customer": event.data.customer, "status": Status.INSTALLED.value}
        self._change(event, rows, fields)

    @on(Equipment.WarrantySet)
    def _warranty_set(self, event: Recorded[Equipment.WarrantySet], rows: Rows) -> None:
        if (machine := rows.get(EQUIPMENT, event.stream)) is not None:
            data, number = event.data, machine["warranties_count"] + 1
            days = {"from_day": data.from_, "until_day": data.until, "withdrawn_from": None, "withdrawn_for": None}
            fields = {"equipment": event.stream, "number": number, "terms": data.terms, "position": event.position}
            rows.put(WARRANTIES, days | fields)
            rows.put(EQUIPMENT, machine | {"warranties_count": number} | shown(rows, event.stream) | changed_by(event))

    @on(Equipment.WarrantyWithdrawn)
    def _warranty_withdrawn(self, event: Recorded[Equipment.WarrantyWithdrawn], rows: Rows) -> None:
        warranty, machine = rows.get(WARRANTIES, event.stream, event.data.number), rows.get(EQUIPMENT, event.stream)
        if warranty is not None and machine is not None:
            fields = {"withdrawn_from": event.data.from_, "withdrawn_for": event.data.reason}
            rows.put(WARRANTIES, warranty | fields | {"position": event.position})
            rows.put(EQUIPMENT, machine | shown(rows, event.stream) | changed_by(event))

    @on(Equipment.Moved)
    def _moved(self, event: Recorded[Equipment.Moved], rows: Rows) -> None:
        self._change(event, rows, {"site": event.data.site})

    @on(Equipment.OwnerChanged)
    def _owner_changed(self, event: Recorded[Equipment.OwnerChanged], rows: Rows) -> None:
        self._change(event, rows, {"customer": event.data.customer})

    @on(Equipment.TakenInRepair)
    def _taken_in_repair(self, event: Recorded[Equipment.TakenInRepair], rows: Rows) -> None:
        self._change(event, rows, {"status": Status.IN_REPAIR.value})

    @on(Equipment.Returned)
    def _returned(self, event: Recorded[Equipment.Returned], rows: Rows) -> None:
        if (machine := rows.get(EQUIPMENT, event.stream)) is not None:
            status = Status.REGISTERED if machine["site"] is None else Status.INSTALLED
            rows.put(EQUIPMENT, machine | {"status": status.value} | changed_by(event))

    @on(Equipment.Retired)
    def _retired(self, event: Recorded[Equipment.Retired], rows: Rows) -> None:
        fields = {"retired_for": event.data.reason, "retirement_note": event.data.note, "note_of": event.data.person}
        self._change(event, rows, {"status": Status.RETIRED.value} | fields)

    @on(Customer.Erased, Technician.Erased, User.Erased)
    def _erased(self, event: Recorded[Customer.Erased | Technician.Erased | User.Erased], rows: Rows) -> None:
        for machine in rows.where(EQUIPMENT, note_of=event.stream):
            rows.put(EQUIPMENT, machine | {"retirement_note": None, "position": event.position})

    def _change(self, event: Recorded, rows: Rows, fields: Row) -> None:
        change_row(rows, EQUIPMENT, event, fields)


def warranty_on(machine: EquipmentRow, day: date) -> Warranty | None:
    """The terms that hold on a day, the newest where several do; the day is that of the fault."""
    written = day.isoformat()
    fitting = (each for each in reversed(machine["warranties"]) if each["from"] <= written <= each["until"])
    return next(fitting, None)


def one_equipment(reader: Reader, equipment_id: UUID) -> EquipmentRow | None:
    """One machine."""
    return reader.row(EquipmentRow, "SELECT * FROM equipment WHERE id = %s", (equipment_id,))


def equipment(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    customer: UUID | None = None,
    site: UUID | None = None,
    serial: str | None = None,
    status: str | None = None,
    external_ref: str | None = None,
) -> list[EquipmentRow]:
    """At most `limit` machines by id, those behind `after`.

    `customer` follows merges, which asks the views `customers`.
    """
    return reader.rows(
        EquipmentRow,
        """
        SELECT * FROM equipment
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(customers)s::uuid[] IS NULL OR customer = ANY(%(customers)s))
          AND (%(site)s IS NULL OR site = %(site)s)
          AND (%(serial)s IS NULL OR serial = %(serial)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {
            "external_ref": external_ref,
            "limit": limit,
            "after": after,
            "customers": one_customer(reader, customer),
            "site": site,
            "serial": serial,
            "status": status,
        },
    )

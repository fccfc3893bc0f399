"""A technician with a van and a device, a customer with a work order, and pushes as that device would send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from domain.access.device import Device
from domain.access.identity import DeviceIdentity
from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.stock.location import Location
from domain.stock.part import Part, PartName
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from store.device_statuses import DeviceStatuses
from store.log import EventLog
from sync.arrival import Arrival
from sync.envelope import parse_push
from sync.outcome import Result
from sync.push import Pushed, PushIntake

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WORDS = "Frau Kastanienbaum sagt, es tropft"


class Phone:
    """A device that numbers its operations and pushes them into the core of the server, without HTTP."""

    def __init__(self, log: EventLog, technician: UUID, incarnation: int = 1) -> None:
        self.technician = technician
        self.id = uuid4()
        self.incarnation = incarnation
        self.seq = 0
        self.status: Any = "active"
        self.public_key: str | None = None
        self._log = log
        self._trust(unsigned=True)
        device = Device.enrol(
            id=self.id, technician=technician, install_id=str(self.id), name="phone", platform="test", app_version="1"
        )
        save(log, device)
        log.operations.begin(self.id, incarnation)

    def distrust_unsigned(self) -> None:
        """Let the server accept signed operations only."""
        self._trust(unsigned=False)

    def _trust(self, *, unsigned: bool) -> None:
        self.arrival = Arrival(self._log, lambda _, __: True, unsigned=unsigned)
        nothing: Any = None  # these pushes ask for no pull
        self.intake = PushIntake(self.arrival, DeviceStatuses(self._log.pool), nothing, lambda _, __: False)

    def operation(self, name: str, data: dict[str, Any], at: datetime = NOON, **more: Any) -> dict[str, Any]:
        """The next operation, numbered."""
        self.seq += 1
        made = {"id": str(uuid4()), "seq": self.seq, "type": name, "v": 1, "at": at.isoformat(), "data": data}
        return made | {"seen": 0, "needs": [], "group": None} | more

    def who(self) -> DeviceIdentity:
        """The identity that its access token stands for."""
        return DeviceIdentity(
            self.id, self.incarnation, self.technician, self.status, wipe=False, public_key=self.public_key
        )

    def send(
        self,
        *operations: dict[str, Any],
        received_at: datetime = NOON,
        ahead: timedelta = timedelta(0),
        **members: Any,
    ) -> Pushed:
        """Push operations; `ahead` is how far the device's clock is ahead of the server's."""
        now = (received_at + ahead).isoformat()
        body = {"incarnation": self.incarnation, "now": now, "operations": operations}
        return self.intake.take(self.who(), parse_push(orjson.dumps(body | members)), received_at)

    def result(self, *operations: dict[str, Any], **how: Any) -> Result:
        """Push operations; the last result."""
        return self.send(*operations, **how).results[-1]


class Field:
    """A small company in the log."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.anna, self.boris, self.van, self.part, self.customer = (uuid4() for _ in range(5))
        anna = Technician.register(id=self.anna, name="Anna", zone="Europe/Berlin", language="de")
        boris = Technician.register(id=self.boris, name="Boris", zone="Europe/Berlin", language="de")
        van = Location.register(id=self.van, kind="van", name=f"Van {uuid4()}")
        van.take_custody(self.anna)
        anna.assign_van(self.van)
        part = Part.register(id=self.part, number=f"P-{uuid4()}", names=(PartName("en", "Pump"),), unit="piece")
        customer = Customer.register(id=self.customer, name="Kastanienbaum", phones=("030 1",), language="de")
        save(log, anna, boris, van, part, customer)

    def order(self, technician: UUID | None = None) -> UUID:
        """A work order, assigned to Anna by default."""
        order = WorkOrder.open(id=uuid4(), number=f"W-{uuid4()}", customer=self.customer, problem=WORDS)
        order.assign(technician or self.anna)
        save(self.log, order)
        return order.id

    def visit(self, order: UUID) -> UUID:
        """A visit by Anna for a work order."""
        visit = Visit.plan(
            id=uuid4(),
            work_order=order,
            customer=self.customer,
            technician=self.anna,
            zone="Europe/Berlin",
            window_start=NOON,
            window_end=NOON + timedelta(hours=2),
        )
        save(self.log, visit)
        return visit.id

    def use(self, order: UUID, quantity: str = "1") -> dict[str, Any]:
        """The data of a part used."""
        return {
            "work_order": str(order),
            "location": str(self.van),
            "part": str(self.part),
            "quantity": quantity,
            "serials": [],
        }


def save(log: EventLog, *entities: Entity) -> None:
    """Commit the pending events of these entities as the office."""
    work = log.work()
    work.add(Envelope(occurred_at=NOON, role="dispatcher"), *entities)
    work.commit()


def decide(log: EventLog, kind: Any, stream: UUID, name: str, *args: Any, **fields: Any) -> None:
    """Load an entity, call one of its methods as the office, commit."""
    work = log.work()
    entity = work.get(kind, stream)
    getattr(entity, name)(*args, **fields)
    work.add(Envelope(occurred_at=NOON, role="dispatcher"), entity)
    work.commit()

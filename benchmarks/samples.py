"""What is recorded in benchmarks: typical movements of stock and typical repairs, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

from domain.kernel.envelope import Envelope
from domain.stock.location import Location
from domain.stock.stock_movement import StockMovement
from domain.work.work_order import WorkOrder

BEGIN = datetime(2026, 11, 2, 8, 0, 0, 120_000, tzinfo=UTC)
_LOCATIONS = 21
_PARTS_AT_ONCE = 100
_EVENTS_A_PART = 40
_NOTE = "Frau Kastanienbaum says that it only drips in the morning."


def envelope_of(operation: UUID) -> Envelope:
    """The envelope of a typical operation of a device."""
    return Envelope(
        occurred_at=BEGIN,
        zone="Europe/Berlin",
        actor=_TECHNICIAN,
        role="technician",
        device=_DEVICE,
        device_seq=917,
        operation_id=operation,
        seen_position=48_120,
    )


def movement(id: UUID) -> StockMovement:
    """A part used in a repair."""
    return StockMovement.record(
        id=id,
        kind="consumption",
        part=_PART,
        quantity=Decimal(1),
        from_=_VAN,
        to=_CUSTOMER,
        work_order=_ORDER,
        technician=_TECHNICIAN,
    )


def locations() -> list[Location]:
    """A warehouse and twenty vans."""
    dice = Random(_LOCATIONS)
    ids = [UUID(int=dice.getrandbits(128), version=4) for _ in range(_LOCATIONS)]
    return [
        Location.register(id=id, kind="van" if number else "warehouse", name=f"Place {number}")
        for number, id in enumerate(ids)
    ]


def movements() -> Iterator[tuple[Envelope, StockMovement]]:
    """Endless movements between a warehouse and vans, with new parts from time to time.

    So the balances grow with the history: about one for two movements.
    """
    dice = Random(1)
    places = [location.id for location in locations()]
    number = 0
    while True:
        source, target = dice.sample(places, 2)
        newest = number // _EVENTS_A_PART
        made = StockMovement.record(
            id=UUID(int=dice.getrandbits(128), version=4),
            kind="transfer_out",
            part=UUID(int=(newest + dice.randrange(_PARTS_AT_ONCE)) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128),
            quantity=Decimal(dice.choice(("1", "2", "0.5"))),
            from_=source,
            to=target,
        )
        yield Envelope(occurred_at=BEGIN + timedelta(seconds=number), role="technician"), made
        number += 1


def long_repair(events: int, *, words: bool) -> WorkOrder:
    """A work order with that many events; `words` says whether half of them have a sealed note."""
    order = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4())
    order.assign(uuid4())
    for number in range(events - 2):
        match number % 4:
            case 0:
                order.record_labour(minutes=15, kind="work", technician=_TECHNICIAN)
            case 1:
                order.hold("parts", note="The neighbour has the key from four o'clock." if words else None)
            case 2:
                order.resume()
            case 3:
                order.record_diagnosis(problem="leaks", cause="worn", remedy="seal", note=_NOTE if words else None)
    return order


_TECHNICIAN, _DEVICE, _PART, _VAN, _CUSTOMER, _ORDER = (uuid4() for _ in range(6))

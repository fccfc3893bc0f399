"""A customer whose name is in every free text that accepts it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.access.device import Device
from tests.api.conftest import House
from tests.support.api_steps import case, customer, made, part, place, technician, told

WORD = "Kastanienbaum"
WINDOW = {"window_start": "2026-01-06T09:00:00Z", "window_end": "2026-01-06T11:00:00Z", "zone": "Europe/Berlin"}


def busy_customer(house: House) -> str:
    """A customer whose name stands everywhere that somebody can write it."""
    anonymous = made(house, "contacts", channel="phone", about=f"Here is {WORD}", reason=f"{WORD} has a leak")
    id = customer(house, name=f"Erika {WORD}", email=f"{WORD}@example.org")
    told(house, f"customers/{id}/change", name=f"Erika Luise {WORD}")
    told(house, f"customers/{id}/add-site", zone="UTC", address=f"c/o {WORD}", access_notes=f"Ring at {WORD}")
    concern = case(house, id)
    told(house, f"contacts/{anonymous}/link", case=concern)
    made(house, "contacts", channel="email", customer=id, about=f"Yours, {WORD}")
    machine, anna = made(house, "equipment", model="X", customer=id), technician(house)
    told(house, f"equipment/{machine}/retire", reason=f"{WORD} sold it")
    order = made(house, "work-orders", case=concern, problem=f"{WORD}: it drips")
    path = f"work-orders/{order}"
    told(house, f"{path}/add-note", text=f"{WORD} called")
    told(house, f"{path}/require-part", part=part(house), quantity="1", why=f"{WORD} wants it")
    told(house, f"{path}/diagnose", problem="leak", cause="wear", remedy="none", note=f"{WORD} was there")
    told(house, f"{path}/hold", reason="customer", note=f"{WORD} is away")
    told(house, f"{path}/resume")
    told(house, f"{path}/cannot-complete", reason=f"{WORD} has no water")
    told(house, f"{path}/reopen", reason=f"{WORD} has water")
    visit = made(house, "visits", work_order=order, **WINDOW)
    told(house, f"visits/{visit}/not-done", reason="no_access", note=f"{WORD} was out", technician=anna)
    told(house, f"visits/{made(house, 'visits', work_order=order, **WINDOW)}/cancel", reason=f"{WORD} is ill")
    shelf, scrapped = place(house), {"kind": "scrap", "quantity": "1", "reason": f"{WORD} broke it"}
    made(house, "stock-movements", **scrapped, part=part(house), work_order=order, **{"from": shelf})
    told(house, f"{path}/cancel", reason=f"{WORD} gave up")
    told(house, f"cases/{concern}/resolve", resolution=f"{WORD} gave up")
    on_a_device = made(house, "work-orders", customer=id, problem=f"{WORD}: it drips again")
    told(house, f"work-orders/{on_a_device}/assign", technician=anna)
    quarantined(house, UUID(order))
    return id


def quarantined(house: House, order: UUID) -> None:
    """An operation about this work order that nobody understood."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="i", name="phone", platform="test", app_version="1"
    )
    said: dict[str, Any] = {"seq": 1, "type": "x", "reason": "not-understood", "detail": "?", "refs": (order,)}
    device.record_quarantine(operation=uuid4(), body=f'{{"text": "{WORD}"}}', **said)
    house.commit(device)

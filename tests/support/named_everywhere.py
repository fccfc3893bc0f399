"""A customer whose name is in every free text that accepts it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.access.device import Device
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, part, place, technician

WORD = "Kastanienbaum"
WINDOW = {"window_start": "2026-01-06T09:00:00Z", "window_end": "2026-01-06T11:00:00Z", "zone": "Europe/Berlin"}


def busy_customer(api: ApiClient) -> str:
    """Create a customer whose name is in every free text; their id."""
    anonymous = create(api, "contacts", channel="phone", about=f"Here is {WORD}", reason=f"{WORD} has a leak")
    id = customer(api, name=f"Erika {WORD}", email=f"{WORD}@example.org")
    command(api, f"customers/{id}/change", name=f"Erika Luise {WORD}")
    command(api, f"customers/{id}/add-site", zone="UTC", address=f"c/o {WORD}", access_notes=f"Ring at {WORD}")
    concern = case(api, id)
    command(api, f"contacts/{anonymous}/link", case=concern)
    create(api, "contacts", channel="email", customer=id, about=f"Yours, {WORD}")
    machine, anna = create(api, "equipment", model="X", customer=id), technician(api)
    command(api, f"equipment/{machine}/retire", reason=f"{WORD} sold it")
    order = create(api, "work-orders", case=concern, problem=f"{WORD}: it drips")
    path = f"work-orders/{order}"
    command(api, f"{path}/add-note", text=f"{WORD} called")
    command(api, f"{path}/require-part", part=part(api), quantity="1", why=f"{WORD} wants it")
    command(api, f"{path}/diagnose", problem="leak", cause="wear", remedy="none", note=f"{WORD} was there")
    command(api, f"{path}/hold", reason="customer", note=f"{WORD} is away")
    command(api, f"{path}/resume")
    command(api, f"{path}/cannot-complete", reason=f"{WORD} has no water")
    command(api, f"{path}/reopen", reason=f"{WORD} has water")
    visit = create(api, "visits", work_order=order, **WINDOW)
    command(api, f"visits/{visit}/not-done", reason="no_access", note=f"{WORD} was out", technician=anna)
    command(api, f"visits/{create(api, 'visits', work_order=order, **WINDOW)}/cancel", reason=f"{WORD} is ill")
    shelf, scrapped = place(api), {"kind": "scrap", "quantity": "1", "reason": f"{WORD} broke it"}
    create(api, "stock-movements", **scrapped, part=part(api), work_order=order, **{"from": shelf})
    command(api, f"{path}/cancel", reason=f"{WORD} gave up")
    command(api, f"cases/{concern}/resolve", resolution=f"{WORD} gave up")
    on_a_device = create(api, "work-orders", customer=id, problem=f"{WORD}: it drips again")
    command(api, f"work-orders/{on_a_device}/assign", technician=anna)
    quarantined(api, UUID(order))
    return id


def quarantined(api: ApiClient, order: UUID) -> None:
    """Record a quarantined operation about this work order."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="i", name="phone", platform="test", app_version="1"
    )
    fields: dict[str, Any] = {"seq": 1, "type": "x", "reason": "not-understood", "detail": "?", "refs": (order,)}
    device.record_quarantine(operation=uuid4(), body=f'{{"text": "{WORD}"}}', **fields)
    api.commit(device)

"""What auditors read of people is noted, whatever route shows it, and nobody's text makes an event of the log."""

from __future__ import annotations

from typing import Any, get_type_hints
from uuid import uuid4

from api.http.policy import POLICY
from api.http.security import READ
from domain.kernel.aggregate import PERSONAL, Entity
from domain.stock.part import Part, PartName
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice

NOT_OF_PEOPLE = {
    ("/api/v1/locations", "name"),  # of a van or a shelf
    ("/api/v1/locations/{id}", "name"),
    ("/api/v1/parts", "text"),  # a part's name in a language
    ("/api/v1/parts/{id}", "text"),
    ("/api/v1/projections", "name"),  # of a view
    ("/api/v1/jobs", "problem"),  # why it failed
    ("/api/v1/jobs/{id}", "problem"),
}
"""Members of replies that are called like personal words of an event and are none."""


def personal_names() -> set[str]:
    """How the personal words of all events are called."""
    kinds, found = [Entity], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        for event in vars(kind).values():
            if isinstance(event, type) and hasattr(event, "TOPIC"):
                hints = get_type_hints(event, include_extras=True)
                found |= {name for name, hint in hints.items() if PERSONAL in getattr(hint, "__metadata__", ())}
    return found


def members(shape: Any) -> set[str]:
    """The names of all members that a reply of this shape has, at any depth."""
    found: set[str] = set()
    for name, value in (
        shape.items() if isinstance(shape, dict) else enumerate(shape) if isinstance(shape, list) else ()
    ):
        found |= members(value)
        if name == "properties":
            found |= set(value)
    return found


def test_every_reply_with_personal_words_is_noted_when_an_auditor_reads_it(api: ApiClient) -> None:
    """Issue 8, 23: `devices` (names of phones) and `stock-movements` (notes) were not."""
    names = personal_names()
    assert {"name", "login", "note", "about", "address", "text"} <= names
    spec = api.client.get("/openapi.json").get_json()
    unnoted = []
    for route, allowed in POLICY.items():
        method, _, path = route.partition(" ")
        if method == "GET" and "auditor" in allowed and not route.startswith(READ):
            shown = members(spec["paths"].get(path, {}).get("get", {}).get("responses", {}).get("200", {}))
            unnoted += [(path, name) for name in shown & names]
    own = ("/api/v1/me", "/api/v1/sessions", "/api/v1/security-events")
    assert {each for each in unnoted if not each[0].startswith(own)} <= NOT_OF_PEOPLE


def test_an_auditor_s_look_at_phones_and_movements_is_noted(api: ApiClient) -> None:
    """Issue 8, 23: reads of personal data by an auditor."""
    auditor = str(api.user("auditor"))
    for noun in ("devices", "stock-movements", "stock"):
        assert api.ask("GET", f"/api/v1/{noun}", role="auditor").status_code == 200
    found = api.ask("GET", "/api/v1/security-events?kind=personal_data.read").get_json()["items"]
    assert {(each["actor"], each["subject"]) for each in found} == {
        (auditor, "/api/v1/devices"),
        (auditor, "/api/v1/stock-movements"),
    }


def test_nobody_s_words_are_taken_for_a_refused_signature(api: ApiClient) -> None:
    """Issue 8, 23: `/signature-invalid` in a document that comes with a push was noted as a forged one."""
    names = (PartName("en", "https://callout.invalid/problems/signature-invalid"),)
    api.commit(Part.register(id=uuid4(), number="P-1", names=names, unit="piece"))
    phone = PullingDevice(api)
    api.catch_up()
    asked = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": [], "pull": {}}
    reply = phone.ask("POST", "push", json=asked)

    assert reply.status_code == 200
    assert b"/signature-invalid" in reply.get_data()
    assert api.ask("GET", "/api/v1/security-events?kind=signature.refused").get_json()["items"] == []

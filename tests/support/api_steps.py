"""Steps of set-up that tests of the API share, each through the API itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.conftest import House

NAME, STREET = "Erika Kastanienbaum", "Hauptstrasse 7, Berlin"


def made(house: House, noun: str, **body: Any) -> str:
    """The id of something new."""
    reply = house.post(f"/api/v1/{noun}", body)
    assert reply.status_code == 201, reply.text
    assert reply.json is not None
    id: str = reply.json["id"]
    return id


def told(house: House, path: str, **body: Any) -> dict[str, Any]:
    """The reply to a command that is taken."""
    reply = house.post(f"/api/v1/{path}", body)
    assert reply.status_code == 200, reply.text
    said: Any = reply.json
    return dict(said)


def refused(house: House, path: str, **body: Any) -> tuple[int, str]:
    """Status and code of the refusal of a command."""
    reply = house.post(f"/api/v1/{path}", body)
    assert reply.json is not None
    return reply.status_code, reply.json["type"].rpartition("/")[2]


def read(house: House, path: str) -> dict[str, Any]:
    """One thing, or a page, as it is now."""
    reply = house.get(f"/api/v1/{path}")
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return dict(shown)


def items(house: House, path: str) -> list[dict[str, Any]]:
    """The items of a page, as they are now."""
    listed: list[dict[str, Any]] = read(house, path)["items"]
    return listed


def customer(house: House, **more: Any) -> str:
    """A customer."""
    return made(house, "customers", **{"name": NAME, "phones": ["+49 30 1234"], "email": "erika@example.org"} | more)


def site(house: House, customer: str) -> str:
    """A site of theirs."""
    reply = told(house, f"customers/{customer}/add-site", zone="Europe/Berlin", address=STREET)
    id: str = reply["site"]
    return id


def case(house: House, customer: str, **more: Any) -> str:
    """A case of theirs."""
    return made(house, "cases", **{"customer": customer, "topic": "troubleshooting"} | more)


def technician(house: House) -> str:
    """A technician."""
    return made(house, "technicians", name="Anna", zone="Europe/Berlin", language="de")


def place(house: House, kind: str = "warehouse", **more: Any) -> str:
    """A location of this kind."""
    return made(house, "locations", **{"kind": kind, "name": f"The {kind} {uuid4()}"} | more)


def part(house: House, **more: Any) -> str:
    """A part."""
    said = {"number": f"P-{uuid4()}", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
    return made(house, "parts", **said | more)

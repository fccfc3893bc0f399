"""Set-up steps that tests of the API share; each sends requests to the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.conftest import ApiClient

NAME, STREET = "Erika Kastanienbaum", "Hauptstrasse 7, Berlin"


def create(api: ApiClient, noun: str, **body: Any) -> str:
    """Create something by `POST` on a collection; its id."""
    reply = api.post(f"/api/v1/{noun}", body)
    assert reply.status_code == 201, reply.text
    assert reply.json is not None
    id: str = reply.json["id"]
    return id


def command(api: ApiClient, path: str, **body: Any) -> dict[str, Any]:
    """Give a command that must succeed (200); the body of its reply."""
    reply = api.post(f"/api/v1/{path}", body)
    assert reply.status_code == 200, reply.text
    result: Any = reply.json
    return dict(result)


def refusal(api: ApiClient, path: str, **body: Any) -> tuple[int, str]:
    """Give a command that must be refused; status and code of the problem."""
    reply = api.post(f"/api/v1/{path}", body)
    assert reply.json is not None
    return reply.status_code, reply.json["type"].rpartition("/")[2]


def read(api: ApiClient, path: str) -> dict[str, Any]:
    """Read one thing or one page of a list, after the views have caught up."""
    reply = api.get(f"/api/v1/{path}")
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return dict(shown)


def items(api: ApiClient, path: str) -> list[dict[str, Any]]:
    """The items of one page of a list, after the views have caught up."""
    listed: list[dict[str, Any]] = read(api, path)["items"]
    return listed


def customer(api: ApiClient, **more: Any) -> str:
    """Create a customer; their id."""
    return create(api, "customers", **{"name": NAME, "phones": ["+49 30 1234"], "email": "erika@example.org"} | more)


def site(api: ApiClient, customer: str) -> str:
    """Add a site to a customer; its id."""
    reply = command(api, f"customers/{customer}/add-site", zone="Europe/Berlin", address=STREET)
    id: str = reply["site"]
    return id


def case(api: ApiClient, customer: str, **more: Any) -> str:
    """Create a case of a customer; its id."""
    return create(api, "cases", **{"customer": customer, "topic": "troubleshooting"} | more)


def technician(api: ApiClient) -> str:
    """Create a technician; their id."""
    return create(api, "technicians", name="Anna", zone="Europe/Berlin", language="de")


def place(api: ApiClient, kind: str = "warehouse", **more: Any) -> str:
    """Create a location of this kind; its id."""
    return create(api, "locations", **{"kind": kind, "name": f"The {kind} {uuid4()}"} | more)


def part(api: ApiClient, **more: Any) -> str:
    """Create a part; its id."""
    fields = {"number": f"P-{uuid4()}", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
    return create(api, "parts", **fields | more)

"""Steps of set-up that tests of the API share, each through the API itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.conftest import ApiClient

NAME, STREET = "Erika Kastanienbaum", "Hauptstrasse 7, Berlin"


def create(api: ApiClient, noun: str, **body: Any) -> str:
    """The id of something new."""
    reply = api.post(f"/api/v1/{noun}", body)
    assert reply.status_code == 201, reply.text
    assert reply.json is not None
    id: str = reply.json["id"]
    return id


def command(api: ApiClient, path: str, **body: Any) -> dict[str, Any]:
    """The reply to a command that is taken."""
    reply = api.post(f"/api/v1/{path}", body)
    assert reply.status_code == 200, reply.text
    result: Any = reply.json
    return dict(result)


def refusal(api: ApiClient, path: str, **body: Any) -> tuple[int, str]:
    """Status and code of the refusal of a command."""
    reply = api.post(f"/api/v1/{path}", body)
    assert reply.json is not None
    return reply.status_code, reply.json["type"].rpartition("/")[2]


def read(api: ApiClient, path: str) -> dict[str, Any]:
    """One thing, or a page, as it is now."""
    reply = api.get(f"/api/v1/{path}")
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return dict(shown)


def items(api: ApiClient, path: str) -> list[dict[str, Any]]:
    """The items of a page, as they are now."""
    listed: list[dict[str, Any]] = read(api, path)["items"]
    return listed


def customer(api: ApiClient, **more: Any) -> str:
    """A customer."""
    return create(api, "customers", **{"name": NAME, "phones": ["+49 30 1234"], "email": "erika@example.org"} | more)


def site(api: ApiClient, customer: str) -> str:
    """A site of theirs."""
    reply = command(api, f"customers/{customer}/add-site", zone="Europe/Berlin", address=STREET)
    id: str = reply["site"]
    return id


def case(api: ApiClient, customer: str, **more: Any) -> str:
    """A case of theirs."""
    return create(api, "cases", **{"customer": customer, "topic": "troubleshooting"} | more)


def technician(api: ApiClient) -> str:
    """A technician."""
    return create(api, "technicians", name="Anna", zone="Europe/Berlin", language="de")


def place(api: ApiClient, kind: str = "warehouse", **more: Any) -> str:
    """A location of this kind."""
    return create(api, "locations", **{"kind": kind, "name": f"The {kind} {uuid4()}"} | more)


def part(api: ApiClient, **more: Any) -> str:
    """A part."""
    fields = {"number": f"P-{uuid4()}", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
    return create(api, "parts", **fields | more)

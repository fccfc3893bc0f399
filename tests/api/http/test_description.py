"""The rules of the description: every route with who may use it, for machines and for people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.http.policy import POLICY, routes
from tests.api.conftest import ApiClient


@pytest.fixture
def description(api: ApiClient) -> dict[str, Any]:
    found = api.client.get("/openapi.json").json
    assert found is not None
    return dict(found)


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, found in description["paths"].items()
        for method, operation in found.items()
        if method != "parameters"
    }


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(description).validate()


def test_every_route_is_described_with_a_sentence_and_the_roles_that_may_use_it(
    api: ApiClient, description: dict[str, Any]
) -> None:
    described = operations(description)

    assert set(described) == set(routes(api.client.application).values()) - {"GET /static/{filename}"}
    for name, operation in described.items():
        assert operation["summary"].endswith((".", "?")), name
        assert operation["x-roles"] == sorted(POLICY[name])
        assert operation["responses"]


def test_every_command_takes_a_key_and_every_body_is_described(description: dict[str, Any]) -> None:
    commands = {
        name: operation
        for name, operation in operations(description).items()
        if name.startswith("POST /api/v1/") and not {"sessions", "projections", "me"} & set(name.split("/"))
    }
    assert len(commands) > 20
    for name, operation in commands.items():
        assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], name
        assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"], name


def test_every_reading_route_may_ask_the_past_and_wait_for_the_present(description: dict[str, Any]) -> None:
    for name, operation in operations(description).items():
        if name.startswith("GET /api/v1/") and not name.endswith(
            ("/current", "/projections", "/jobs", "/jobs/{id}", "/sessions", "/me/second-factors", "/security-events")
        ):  # beside the log
            asked = {parameter.get("name") for parameter in operation["parameters"]}
            assert {"at_least", "as_of", "known_at"} <= asked, name


def test_people_find_every_route_and_its_roles_on_one_page_without_foreign_hosts(api: ApiClient) -> None:
    page = api.client.get("/docs")
    text = page.get_data(as_text=True)

    assert page.status_code == 200
    for name in set(routes(api.client.application).values()) - {"GET /static/{filename}"}:
        method, _, path = name.partition(" ")
        assert f'id="{method}-{path}"' in text, name
    assert "stock_keeper" in text
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    style = api.client.get("/static/docs.css")
    assert style.status_code == 200
    assert style.mimetype == "text/css"
    assert "http" not in style.get_data(as_text=True)
    style.close()


def test_quantities_are_described_as_plain_decimals(api: ApiClient) -> None:
    """Issue 8, 2: when the views' quantities became wider, their description was lost."""
    spec = api.client.get("/openapi.json").get_json()
    shown = spec["paths"]["/api/v1/stock-movements/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert shown["schema"]["properties"]["quantity"] == {"type": "string", "description": "A plain decimal."}

"""Issue 10, 7: what a list or a thing shows is what the description promises, no member more and none less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.api.conftest import ApiClient
from tests.support.api_steps import read
from tests.support.described_replies import NO_ROWS, misfits
from tests.support.moving_facts import LISTS
from tests.support.named_everywhere import busy_customer

BESIDE_THE_VIEWS = {*NO_ROWS, "/me/second-factors", "/jobs", "/jobs/{id}", "/blobs/{sha256}"}
"""What is not made of rows, or is not there: second factors, jobs, bytes and signed texts."""


def test_every_reply_has_the_shape_of_its_description(api: ApiClient) -> None:
    busy_customer(api)
    for prepare in LISTS:
        _, _, change = prepare(api)
        change()
    description = api.client.get("/openapi.json").json
    assert description is not None
    seen: set[str] = set()

    assert list(misfits(description, lambda path: read(api, path.removeprefix("/")), seen)) == []

    asked = {path.removeprefix("/api/v1") for path in described(description)}
    assert asked - seen == BESIDE_THE_VIEWS


def described(description: dict[str, Any]) -> Iterator[str]:
    """The paths of all reading routes of the API."""
    for path, methods in description["paths"].items():
        if path.startswith("/api/v1/") and "get" in methods:
            yield path

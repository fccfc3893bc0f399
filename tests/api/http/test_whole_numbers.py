"""The rules of whole numbers in queries and paths: one spelling for each, and a limit is a limit."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from domain.kernel.digits import whole_number
from tests.api.conftest import ApiClient
from tests.support.pulling_device import PullingDevice

ARABIC, FULL_WIDTH = chr(0x0665), chr(0xFF15)
TRICKS = (
    "0000051000000",
    "05",
    "+5",
    "-5",
    ARABIC,
    FULL_WIDTH,
    " 5",
    "5 ",
    "5\n",
    "5_0",
    "5.0",
    "5e1",
    "0x5",
    "",
    "9" * 400,
    "9" * 16,
)


@pytest.mark.parametrize("text", TRICKS[:-1])
def test_a_number_has_one_spelling(text: str) -> None:
    """Issue 8, 27: no leading zeros, signs, blanks or digits of other scripts."""
    assert whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("5", 5), ("1000", 1000), ("9" * 16, 10**16 - 1)])
def test_a_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("name", ["limit", "at_least", "known_at"])
def test_the_office_is_told_which_number_is_none(api: ApiClient, name: str, text: str) -> None:
    """Issue 8, 27: every whole number of every list."""
    refused = api.client.get(
        "/api/v1/parts", query_string={name: text}, headers={"Authorization": f"Bearer {admin(api)}"}
    )

    assert refused.status_code == 400
    assert refused.json is not None
    assert [error["pointer"] for error in refused.json["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("name", ["limit", "wait"])
def test_a_device_cannot_get_past_the_limit(api: ApiClient, name: str, text: str) -> None:
    """Issue 8, 27: `limit=0000051000000` was read as 5 and taken as 51 million."""
    device = PullingDevice(api)

    refused = device.ask("GET", "pull?" + urlencode({name: text}))

    assert refused.status_code == 400


@pytest.mark.parametrize("text", [trick for trick in TRICKS if trick.strip() == trick and trick])
def test_an_event_has_one_address(api: ApiClient, text: str) -> None:
    """Issue 8, 27: positions in paths too."""
    assert api.ask("GET", f"/api/v1/events/{text}").status_code == 404


def admin(api: ApiClient) -> str:
    api.user("admin")
    return api.tokens["admin"]

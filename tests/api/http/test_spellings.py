"""One spelling for each value everywhere: bodies, queries, headers, operations, command line, settings, imports."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import click
import msgspec
import pytest
from marshmallow import ValidationError

from api.http.fields import Day, Instant, Quantity, Whole
from callout.commands.as_of import Moment
from callout.settings import BadSetting, Settings
from callout.typed import Whole as Typed
from sync.operation import parse_operation
from tests.api.conftest import ApiClient
from tests.support.field_setup import Field, Phone
from tests.support.pulling_device import PullingDevice
from tests.support.spellings import DAYS, INSTANTS, NUMBERS, QUANTITIES


def refuses(field: Any, text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError:
        return True
    return False


def test_no_field_of_a_request_takes_another_spelling() -> None:
    """Issue 9, 12: every schema is made of these fields."""
    for field, texts in (
        (Quantity(positive=False), QUANTITIES),
        (Instant(), INSTANTS),
        (Day(), DAYS),
        (Whole(), NUMBERS),
        (Whole(written=True), NUMBERS),
    ):
        assert [text for text in texts if not refuses(field, text)] == []


@pytest.mark.parametrize("text", [text for text in INSTANTS if text.isprintable()])
def test_no_query_takes_another_spelling(api: ApiClient, text: str) -> None:
    """Issue 8: `as_of` and `known_at`, the latter also a position."""
    for name in ("as_of", "known_at"):
        if name == "known_at" and text == "1764000000":
            continue  # a position
        refused = api.client.get(
            "/api/v1/parts", query_string={name: text}, headers={"Authorization": f"Bearer {token(api)}"}
        )
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, f"/{name}")  # type: ignore[index]


def token(api: ApiClient) -> str:
    if "agent" not in api.tokens:
        api.user("agent")
    return api.tokens["agent"]


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


@pytest.mark.parametrize("text", QUANTITIES)
def test_an_operation_with_another_spelling_of_a_quantity_is_put_aside_as_it_came(field: Field, text: str) -> None:
    """Issue 9, 12: quarantined, nothing lost, and the one behind it goes on."""
    phone = Phone(field.log, field.anna)
    data = field.use(field.order())

    result = phone.result(phone.operation("part_used", data | {"quantity": text}))
    good = phone.result(phone.operation("part_used", data))

    assert (result.status, good.status) == ("quarantined", "applied")


@pytest.mark.parametrize("text", INSTANTS)
def test_an_operation_with_another_spelling_of_an_instant_has_a_fault(text: str) -> None:
    """Issue 8: `at` decides about that operation alone."""
    raw = {"id": str(uuid4()), "seq": 1, "type": "note_added", "at": text, "data": {}}

    assert parse_operation(msgspec.json.encode(raw)).fault is not None


@pytest.mark.parametrize("text", [text for text in INSTANTS if text])
def test_a_request_for_a_visit_with_another_spelling_is_put_aside(field: Field, text: str) -> None:
    """Issue 8: instants within an operation's data."""
    phone = Phone(field.log, field.anna)
    wish = {"work_order": str(field.order()), "window_start": text}

    assert phone.result(phone.operation("request_visit", wish)).status == "quarantined"


@pytest.mark.parametrize("text", [text for text in NUMBERS if text.isprintable() and text.strip() == text])
def test_no_header_takes_another_spelling(api: ApiClient, text: str) -> None:
    """Issue 8, 27: `Upload-Offset`."""
    device, name = PullingDevice(api), "a" * 64

    refused = api.client.put(
        f"/sync/v1/blobs/{name}",
        data=b"x",
        headers={"Authorization": f"Bearer {device.token}", "Upload-Offset": text.encode().decode("latin-1")},
    )

    assert refused.status_code == 400


@pytest.mark.parametrize("text", NUMBERS)
def test_neither_the_command_line_nor_a_setting_takes_another_spelling(text: str) -> None:
    """Issue 9, 12."""
    with pytest.raises(click.BadParameter):
        Typed(0, 65535).convert(text, None, None)
    with pytest.raises(click.BadParameter):
        Moment(or_position=True).convert(text, None, None)
    if text.strip() == text and text:
        with pytest.raises(BadSetting):
            Settings.from_environment(
                {"CALLOUT_PORT": text, "CALLOUT_MASTER_KEY": base64.b64encode(b"k" * 32).decode()}
            )
    assert Typed(0, 65535).convert("8080", None, None) == 8080


@pytest.mark.parametrize("text", [text for text in QUANTITIES if text.strip() == text and text])
def test_no_import_takes_another_spelling(api: ApiClient, text: str) -> None:
    """Issue 9, 12: an import sends what a file holds through the same fields."""
    body = {"kind": "receipt", "to": str(uuid4()), "part": str(uuid4()), "quantity": text}

    refused = api.ask("POST", "/api/v1/stock-movements", role="stock_keeper", body=body)

    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json["errors"]] == ["/quantity"]  # type: ignore[index]

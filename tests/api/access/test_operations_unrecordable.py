"""Issue 8, 3 and 4: the office sees operations that cannot be recorded, with their bytes as received."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import UUID

import pytest

from sync.envelope import parse_push
from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON, Field, Phone


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


@pytest.fixture
def phone(field: Field) -> Phone:
    return Phone(field.log, field.anna)


def test_what_cannot_be_recorded_is_not_released_and_can_be_discarded(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    phone.send(phone.operation("part_used", field.use(field.order()), id=str(field.customer)))
    path = f"/api/v1/operations/{field.customer}"

    released = api.post(f"{path}/release", role="dispatcher")
    document: Any = released.json
    assert (released.status_code, document["type"].rpartition("/")[2]) == (409, "still-not-understood")
    assert api.post(f"{path}/discard", {"reason": "a squatter"}, role="dispatcher").status_code == 200


@pytest.mark.parametrize(("text", "encoding"), [(rb'"\ud83d\u0000"', "utf-8"), (b'"\xff"', "base64")])
def test_the_bytes_of_what_was_put_aside_are_shown_as_they_came(
    api: ApiClient, field: Field, phone: Phone, text: bytes, encoding: str
) -> None:
    head = (
        b'{"id":"0191cb40-11d2-7000-8f00-9d0f6b7c0001","seq":1,"type":"note_added","at":"2026-11-20T12:00:00Z","data":'
    )
    raw = head + b'{"work_order":"%s","text":%s}}' % (str(field.order()).encode(), text)
    body = b'{"incarnation":1,"now":"2026-11-20T12:00:00Z","operations":[%s]}' % raw
    [result] = phone.intake.take(phone.who(), parse_push(body), NOON).results
    assert result.id == UUID("0191cb40-11d2-7000-8f00-9d0f6b7c0001")

    shown: Any = api.get(f"/api/v1/operations/{result.id}").json
    signed: Any = api.get(f"/api/v1/operations/{result.id}/signed").json

    for document, is_encoded in ((shown["body"], shown["body_encoding"]), (signed["items"][0]["text"], encoding)):
        assert is_encoded == encoding
        assert (b64decode(document) if encoding == "base64" else document.encode()) == raw
    assert signed["items"][0]["text_fits"] is True

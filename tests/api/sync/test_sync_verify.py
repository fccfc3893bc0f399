"""The rules of healing over HTTP: what went wrong on a device is put right, recorded, and not too often."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.stock.part import Part, PartName
from tests.api.conftest import ApiClient
from tests.support.device_status import set_status
from tests.support.pulling_device import PullingDevice


@pytest.fixture
def anna(api: ApiClient) -> PullingDevice:
    names = (PartName("en", "Pump"),)
    api.commit(*(Part.register(id=uuid4(), number=f"P-{n}", names=names, unit="piece") for n in range(40)))
    made = PullingDevice(api)
    assert made.pull()["digests"] == made.digests()
    return made


def divergences(anna: PullingDevice) -> int:
    """How many mismatches the office sees."""
    shown = anna.api.get(f"/api/v1/devices/{anna.id}").json
    assert shown is not None
    return int(shown["divergences"])


def healed(anna: PullingDevice) -> dict[str, Any]:
    """A verification that is answered, and what the device did with it."""
    reply = anna.verify()
    assert reply.status_code == 200, reply.text
    document: Any = reply.json
    anna.heal(document)
    assert document["digests"] == anna.digests()
    return dict(document)


def test_nothing_differs_when_nothing_went_wrong(anna: PullingDevice) -> None:
    document = healed(anna)
    assert (document["own"], document["shared"], document["changes"]) == ([], [], [])
    assert divergences(anna) == 0


def test_lost_altered_and_invented_documents_are_put_right_and_the_office_is_told(anna: PullingDevice) -> None:
    names = sorted(name for name in anna.documents if name[1] == "part")
    del anna.documents[names[0]]
    anna.documents[names[1]] = anna.documents[names[1]] | {"unit": "box"}
    anna.documents[False, "stock", "made/up"] = {"on_hand": "1000"}
    right = anna.pull()["digests"]
    assert right != anna.digests()

    document = healed(anna)

    assert (len(document["own"]), len(document["shared"])) == (1, 2)
    assert anna.digests() == right
    assert divergences(anna) == 2  # one a kind
    assert anna.pull()["changes"] == []


def test_what_has_not_been_pulled_yet_is_brought_and_is_no_mismatch(anna: PullingDevice) -> None:
    anna.person.change(language="fr")
    anna.api.commit(anna.person)
    document = healed(anna)
    assert [change["type"] for change in document["changes"]] == ["technician"]
    assert divergences(anna) == 0
    assert anna.pull()["changes"] == []


def test_a_device_verifies_twice_an_hour_and_no_more(anna: PullingDevice) -> None:
    healed(anna)
    healed(anna)
    reply = anna.verify()
    assert anna.code(reply) == (429, "rate-limited")
    assert 3500 < int(reply.headers["Retry-After"]) <= 3600
    assert PullingDevice(anna.api).pull()["changes"] != []


def test_sums_that_cannot_be_read_are_named_and_cost_no_turn(anna: PullingDevice) -> None:
    for _ in range(3):
        reply = anna.verify(own=["x"] * 256)
        assert anna.code(reply) == (400, "malformed-envelope")
        assert reply.json is not None
        assert [error["pointer"] for error in reply.json["errors"]] == ["/own/0"]
        assert anna.code(anna.verify(cursor="nonsense")) == (410, "cursor-expired")
    healed(anna)


def test_a_suspended_device_is_told_nothing(anna: PullingDevice) -> None:
    set_status(anna.api.services.log.pool, anna.id, "suspended")
    assert anna.code(anna.verify()) == (403, "device-suspended")

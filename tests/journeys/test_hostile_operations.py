"""A hostile device sends foreign ids, wrong types and huge bodies: none of them stops anybody else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.company import Company
from tests.support.hostile_device import Scene
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json
from tests.support.story import ago


@pytest.fixture(scope="module")
def scene(company: Company) -> Scene:
    return Scene(company)


@pytest.fixture(autouse=True)
def nothing_breaks(scene: Scene) -> Iterator[None]:
    with scene.unharmed():
        yield


@pytest.mark.parametrize(
    "data",
    [
        {"work_order": str(uuid4()), "text": "no such order"},
        {"work_order": "customer", "text": "an id of another noun"},
        {"work_order": 7, "text": "a number"},
        {"work_order": None, "text": None},
        {"work_order": ["a", "list"], "text": {}},
        {"text": "nothing else"},
        {"work_order": "'; DROP TABLE log.events; --", "text": "Bobby"},
        {"work_order": "\u0000", "text": "a null character \u0000"},
    ],
)
def test_ids_and_types_that_are_wrong_are_put_aside_and_block_nothing(scene: Scene, data: Json) -> None:
    handset = scene.handset()
    if data.get("work_order") == "customer":
        data = data | {"work_order": scene.customer}
    own = scene.story.job(scene.mallory)
    bad = handset.operation("note_added", data, ago(3))
    good = handset.operation("note_added", {"work_order": own, "text": "good"}, ago(2))
    assert [result["status"] for result in handset.push(bad, good)["results"]] == ["quarantined", "applied"]


@pytest.mark.parametrize(
    "change",
    [{"at": "yesterday"}, {"at": 7}, {"v": "one"}, {"v": 0}, {"type": ""}, {"type": 3}, {"seen": -1}, {"data": "text"},
     {"needs": ["x"]}, {"group": 7}, {"at": "0001-01-01T00:00:00+14:00"}],
)  # fmt: skip
def test_an_operation_that_is_no_operation_is_kept_untouched_for_the_office(scene: Scene, change: Json) -> None:
    handset = scene.handset()
    own = scene.story.job(scene.mallory)
    operation = handset.operation("note_added", {"work_order": own, "text": "x"}, ago(1)) | change
    [result] = handset.push(operation)["results"]
    assert result["status"] == "quarantined"
    shown = scene.story.dispatcher.get(f"operations/{operation['id']}", at_least=result["positions"][0])
    assert (shown["status"], json.loads(shown["body"])) == ("quarantined", operation)


def test_what_a_device_says_of_the_future_is_taken_for_now(scene: Scene) -> None:
    handset = scene.handset()
    own = scene.story.job(scene.mallory)
    note = handset.operation("note_added", {"work_order": own, "text": "x"}, "9999-12-31T23:59:59+00:00")
    [result] = handset.push(note)["results"]
    assert [notice["code"] for notice in result["notices"]] == ["clock_suspect"]
    event = scene.company.admin.get(f"events/{result['positions'][0]}", at_least=result["positions"][0])
    assert event["occurred_at"] <= event["recorded_at"]


def test_an_operation_of_another_device_under_its_id_changes_nothing(scene: Scene) -> None:
    honest, hostile = scene.handset(scene.anna), scene.handset()
    note = honest.operation("note_added", {"work_order": scene.order, "text": "Anna's words"}, ago(9))
    honest.push(note)
    stolen = note | {"seq": 1, "data": note["data"] | {"text": "Mallory's words"}}
    [result] = hostile.push(stolen)["results"]
    assert result["status"] == "quarantined"
    [again] = honest.push(note)["results"]
    assert (again["status"], again["duplicate"]) == ("applied", True)


def envelopes(handset: HttpDevice) -> list[tuple[bytes, dict[str, str], set[int]]]:
    """Bodies that are no pushes, with the statuses that they may get."""
    big = [handset.operation("note_added", {"text": "x" * 1000}, ago(1)) for _ in range(101)]
    huge = {"incarnation": 1, "now": ago(0).isoformat(), "operations": [{"junk": "x" * 1_500_000}]}
    bomb = gzip.compress(b"[" * 60_000_000)
    return [
        (b"", {}, {400}),
        (b"\xff\xfe\x00nonsense", {}, {400}),
        (b"[" * 100_000, {}, {400}),
        (b'{"operations": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001, {}, {400}),
        (json.dumps({"incarnation": "1", "now": "now", "operations": {}}).encode(), {}, {400}),
        (json.dumps({"incarnation": 1, "now": ago(0).isoformat(), "operations": [3, None, "x"]}).encode(), {}, {400}),
        (json.dumps({"incarnation": 1, "now": ago(0).isoformat(), "operations": big}).encode(), {}, {413}),
        (json.dumps(huge).encode(), {}, {413}),
        (b"x" * 5_000_000, {}, {413}),
        (bomb, {"Content_Encoding": "gzip"}, {413}),
        (bomb[:1000], {"Content_Encoding": "gzip"}, {400, 413}),
        (b"not compressed", {"Content_Encoding": "zstd"}, {400}),
        (b"{}", {"Content_Encoding": "br"}, {415}),
    ]


def test_bodies_that_are_no_pushes_are_refused_whole_and_record_nothing(scene: Scene) -> None:
    handset = scene.handset()
    before = len(scene.company.records())
    for number, (body, headers, statuses) in enumerate(envelopes(handset)):
        try:
            answer = handset.desk.ask("POST", "/sync/v1/push", body, **headers)
        except (BrokenPipeError, ConnectionResetError):
            assert statuses == {413}, "the server may hang up on a body that is too large"
            continue
        assert answer.status in statuses, (number, answer)
        assert answer.status != 413 or answer.headers["connection"] == "close"
        assert answer.json()["detail"]
    assert len(scene.company.records()) == before

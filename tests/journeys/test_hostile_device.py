"""A hostile device requests another technician's slice and uses old tokens: it gets its own slice or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread
from uuid import uuid4

import pytest

from tests.support.company import Company
from tests.support.hostile_device import Scene, code
from tests.support.http_device import HttpDevice
from tests.support.office_client import Answer
from tests.support.story import ago, used


@pytest.fixture(scope="module")
def scene(company: Company) -> Scene:
    return Scene(company)


@pytest.fixture(autouse=True)
def nothing_breaks(scene: Scene) -> Iterator[None]:
    with scene.unharmed():
        yield


def test_a_device_never_sees_another_technicians_work(scene: Scene) -> None:
    honest, hostile = scene.handset(scene.anna), scene.handset()
    theirs = honest.everything()
    assert scene.order in {change["id"] for change in theirs}
    mine = hostile.everything()
    for word in (scene.order, scene.customer, scene.anna.van, "Wacholder"):
        assert word not in json.dumps(mine)
    cursor = honest.pull().json()["cursor"]
    assert (hostile.pull(cursor).status, code(hostile.pull(cursor))) == (410, "cursor-expired")
    forged = cursor[:-4] + "AAAA"
    assert hostile.pull(forged).status == 410
    hostile.push(hostile.operation("note_added", {"work_order": scene.order, "text": "let me in"}, ago(1)))
    seen = json.dumps(hostile.everything())
    assert "Wacholder" not in seen
    assert "Anna's words" not in seen


def test_a_device_asks_for_nothing_about_customers_of_others(scene: Scene) -> None:
    hostile = scene.handset()
    wish = {"customer": scene.customer, "changes": {"name": {"from": "Wacholder", "to": "Mallory"}}}
    [result] = hostile.push(hostile.operation("change_customer_details", wish, ago(1)))["results"]
    assert result["status"] in ("rejected", "conflicted")
    shown = scene.story.dispatcher.get(f"customers/{scene.customer}", at_least=max(result["positions"]))
    assert shown["name"] == "Wacholder"


def test_a_device_is_nobody_in_the_office(scene: Scene) -> None:
    handset = scene.handset()
    for method, path in (("GET", "customers"), ("GET", "events"), ("POST", "parts"), ("POST", "users")):
        answer = handset.desk.ask(method, f"/api/v1/{path}", {} if method == "POST" else None)
        assert (answer.status, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
    office = scene.story.dispatcher.ask("GET", "/sync/v1/pull")
    assert office.status == 401


def test_a_code_opens_the_door_once(scene: Scene) -> None:
    spent = scene.company.code(scene.mallory)
    HttpDevice(scene.company.url, spent)
    asked = {"install_id": str(uuid4()), "name": "x", "platform": "x", "app_version": "1"}
    for wrong in (spent, "AAAA-BBBB", "", "x" * 10_000):
        answer = scene.company.admin.again().ask("POST", "/sync/v1/devices", asked | {"code": wrong})
        assert answer.status in (400, 401, 403, 404, 409, 422), answer
        assert "access_token" not in answer.json()


def test_a_refresh_token_used_twice_ends_its_whole_family(scene: Scene) -> None:
    handset = scene.handset()
    old = {"refresh_token": handset.enrolled["refresh_token"]}
    renewed = handset.desk.ask("POST", "/sync/v1/token", old).json()
    handset.desk.token = renewed["access_token"]
    assert handset.pull().status == 200
    replayed = handset.desk.ask("POST", "/sync/v1/token", old)
    assert (replayed.status, code(replayed)) == (401, "token-reused")
    assert handset.pull().status == 401
    assert handset.desk.ask("POST", "/sync/v1/token", {"refresh_token": renewed["refresh_token"]}).status == 401


def test_a_revoked_device_is_refused_at_once(scene: Scene) -> None:
    handset = scene.handset()
    own = scene.story.job(scene.mallory)
    cursor = handset.pull().json()["cursor"]
    late: list[Answer] = []
    waiting = Thread(target=lambda: late.append(handset.pull(cursor, wait=25)))
    waiting.start()
    other = scene.company.admin.again()
    other.post(f"devices/{handset.id}/revoke", {"reason": "lost"})
    before = len(scene.company.records())
    thief = HttpDevice.__new__(HttpDevice)
    thief.__dict__ |= vars(handset) | {"desk": handset.desk.again()}
    answer = thief.send([thief.operation("note_added", {"work_order": own, "text": "too late"}, ago(1))])
    assert (answer.status, code(answer)) == (403, "device-revoked")
    assert (answer.json()["wipe"], answer.json()["salvage"]) == (True, True)
    assert thief.pull().status == 403
    assert thief.desk.ask("POST", "/sync/v1/token", {"refresh_token": handset.enrolled["refresh_token"]}).status == 403
    assert len(scene.company.records()) == before
    scene.story.job(scene.mallory, problem="Nothing for a lost phone")
    waiting.join(30)
    assert late[0].status == 403 or b"Nothing for a lost phone" not in late[0].body


def test_no_token_ever_stands_in_a_log_line(scene: Scene) -> None:
    handset = scene.handset()
    handset.push(handset.operation("part_used", used(scene.order, scene.anna.van, scene.part), ago(1)))
    handset.desk.ask("POST", "/sync/v1/token", {"refresh_token": handset.enrolled["refresh_token"]})
    written = scene.company.journal.read_text()
    secrets = [handset.enrolled["access_token"], handset.enrolled["refresh_token"], scene.story.dispatcher.token]
    assert [secret for secret in secrets if secret in written] == []

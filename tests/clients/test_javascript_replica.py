"""The JavaScript client holds the documents that the server means."""

from __future__ import annotations

import json

import pytest

from tests.clients.counterpart import Counterpart, digests, leaf, problem, reply
from tests.clients.node import NOTE, NodeDevice, evaluated, needs_node

pytestmark = needs_node


def test_pages_are_kept_one_by_one_with_their_cursors(server: Counterpart, phone: NodeDevice) -> None:
    first, second = server.put("part", "a", shared=True), server.put("part", "b", shared=True)
    server.once["GET pull"] = [
        reply(server.page([first], cursor="half", more=True, digests=None)),
        problem(400, "a-defect"),
    ]
    phone.failed("sync")
    assert (len(phone.lines("show")), phone.state["cursor"]) == (1, "half")
    server.once["GET pull"] = [reply(server.page([second]))]
    phone.done("sync")
    assert server.asked[-1].query["cursor"] == "half"
    assert [document["id"] for document in phone.lines("show")] == ["a", "b"]


def test_what_is_gone_stays_readable_until_what_refers_to_it_has_its_result() -> None:
    job = {"type": "work_order", "id": "job-1", "position": 3, "body": {"status": "open"}}
    waiting = {"seq": 1, "operation": {"id": "1", "data": {"work_order": "job-1"}}, "result": None}
    state = {"documents": {"work_order job-1": job}, "operations": [waiting], "cursor": "c"}
    gone = {"type": "work_order", "id": "job-1", "position": 9, "gone": "reassigned"}
    page = {"changes": [gone], "cursor": "d", "through": 9, "more": False}
    stored = evaluated("replica.mjs", "(m.storePage(given[0], given[1]), given[0])", [state, page])
    assert stored["documents"] == {"work_order job-1": job | {"gone": "reassigned"}}
    assert evaluated("replica.mjs", "m.held(given)", stored) == []

    stored["operations"][0]["result"] = {"status": "applied"}
    assert evaluated("replica.mjs", "(m.removeGone(given), given.documents)", stored) == {}


def test_a_download_begun_anew_removes_what_it_does_not_bring(server: Counterpart, phone: NodeDevice) -> None:
    server.put("part", "a", shared=True)
    old = server.put("part", "b", shared=True)
    phone.done("sync")
    server.documents.remove(old)
    server.once["GET pull"] = [problem(410, "cursor-expired")]
    phone.done("sync")
    assert "cursor" not in server.asked[-1].query
    assert [document["id"] for document in phone.lines("show")] == ["a"]


def test_a_phone_that_lost_a_document_is_healed_leaf_by_leaf(server: Counterpart, phone: NodeDevice) -> None:
    kept, lost = server.put("work_order", "job-1", n=1), server.put("work_order", "job-2", n=2)
    phone.done("sync")
    state = phone.state
    del state["documents"]["work_order job-2"]
    state["documents"]["work_order job-3"] = {"type": "work_order", "id": "job-3", "position": 1, "body": {}}
    phone.file.write_text(json.dumps(state))
    server.once["GET pull"] = [reply(server.page([]))]
    odd = sorted({leaf(lost), leaf({"type": "work_order", "id": "job-3"})})
    healed = server.page([lost] + ([kept] if leaf(kept) in odd else []), own=odd, shared=[])
    server.once["POST verify"] = [reply(healed)]
    phone.done("sync")
    assert digests(phone.lines("show")) == digests(server.documents)
    assert [len(server.asked[-1].body[kind]) for kind in ("own", "shared")] == [256, 256]


def test_a_phone_that_cannot_be_healed_asks_twice_an_hour_at_most(server: Counterpart, phone: NodeDevice) -> None:
    server.put("work_order", "job-1")
    for _ in range(3):
        server.once["GET pull"] = [reply(server.page([]))]
        server.once["POST verify"] = [reply(server.page([], own=[], shared=[]))]
        assert "differ" in phone.run("sync").stderr
    assert server.whats().count("POST verify") == 2


@pytest.mark.parametrize(("status", "code"), [(403, "device-suspended"), (426, "upgrade-required")])
def test_a_device_that_may_not_pull_goes_on_pushing(
    server: Counterpart, phone: NodeDevice, status: int, code: str
) -> None:
    phone.record(NOTE)
    server.once["GET pull"] = [problem(status, code)]
    done = phone.run("sync")
    assert code in done.stderr
    assert phone.lines("outbox") == []

"""The JavaScript client loses nothing of its outbox, whatever the server answers."""

from __future__ import annotations

from tests.clients.counterpart import LOST, Counterpart, problem, reply, sent
from tests.clients.node import NOTE, NodeDevice, needs_node

pytestmark = needs_node


def test_what_is_recorded_together_is_one_group_and_is_never_cut(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(*[NOTE] * 60)
    phone.record(*[NOTE] * 60)
    phone.done("sync")
    first, second = server.pushes()
    assert (len(sent(first)), len(sent(second))) == (60, 60)
    assert [len({operation["group"] for operation in push["operations"]}) for push in (first, second)] == [1, 1]
    assert first["outbox"]["count"] == 120


def test_a_lost_push_is_sent_again_byte_for_byte(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE, NOTE)
    server.once["POST push"] = [LOST]
    phone.done("sync")
    first, second = server.pushes()
    assert first["operations"] == second["operations"]
    assert first["now"] < second["now"]
    assert phone.lines("outbox") == []


def test_a_push_that_is_too_large_is_sent_in_halves(server: Counterpart, phone: NodeDevice) -> None:
    for _ in range(5):
        phone.record(NOTE)
    server.once["POST push"] = [problem(413, "batch-too-large")] * 2
    phone.done("sync")
    assert [sent(push) for push in server.pushes()] == [[1, 2, 3, 4, 5], [1, 2], [1], [2], [3], [4], [5]]


def test_a_group_that_is_too_large_stays_in_the_outbox(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE, NOTE)
    server.once["POST push"] = [problem(413, "batch-too-large")]
    assert "batch-too-large" in phone.failed("sync")
    assert len(phone.lines("outbox")) == 2


def test_a_server_that_does_not_unpack_gets_plain_text(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(*[NOTE] * 9)
    server.once["POST push"] = [problem(415, "encoding-unsupported")]
    phone.done("sync")
    pushed = [one for one in server.asked if one.what == "POST push"]
    assert ["content-encoding" in one.headers for one in pushed] == [True, False]


def test_a_busy_server_is_asked_again_when_it_says(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE)
    server.once["POST push"] = [problem(503, "overloaded", {"Retry-After": "0"}), problem(429, "rate-limited")]
    phone.done("sync")
    assert len(server.pushes()) == 3


def test_what_a_gap_names_is_sent_from_the_expected_number(server: Counterpart, phone: NodeDevice) -> None:
    [first], [_], [_] = phone.record(NOTE), phone.record(NOTE), phone.record(NOTE)
    known = {"id": first["id"], "seq": 1, "status": "applied", "positions": [5], "notices": []}
    server.once["POST push"] = [problem(409, "sequence-gap", expected=2, results=[known])]
    phone.done("sync")
    assert [sent(push) for push in server.pushes()] == [[1, 2, 3], [2, 3]]


def test_the_user_hears_what_was_refused_and_keeps_a_copy_of_what_is_in_quarantine(
    server: Counterpart, phone: NodeDevice
) -> None:
    [[refused], [odd]] = phone.record(NOTE), phone.record(("beamed", {}))
    results = [
        {"id": refused["id"], "seq": 1, "status": "rejected", "positions": [5], "problem": {"detail": "Too late."}},
        {"id": odd["id"], "seq": 2, "status": "quarantined", "positions": [6], "problem": {"detail": "What?"}},
    ]
    server.once["POST push"] = [
        reply({"epoch": "epoch-1", "acknowledged": 2, "results": results, "server_time": server.time})
    ]
    done = phone.run("sync")
    assert "Too late." in done.stderr
    assert phone.lines("outbox") == []
    assert phone.state["operations"][1]["operation"]["type"] == "beamed"


def test_a_forked_device_numbers_all_that_it_keeps_anew_and_keeps_the_ids(
    server: Counterpart, phone: NodeDevice
) -> None:
    [known] = phone.record(NOTE)
    phone.done("sync")
    [waiting] = phone.record(NOTE)
    server.once["POST push"] = [problem(409, "device-forked")]
    assert "enrol again" in phone.failed("sync")
    server.incarnation = 2
    phone.done("enrol", "CODE-2", "phone")
    phone.done("sync")
    last = server.pushes()[-1]
    assert last["incarnation"] == 2
    assert last["operations"] == [known | {"seq": 1}, waiting | {"seq": 2}]


def test_a_restored_server_gets_everything_again_from_where_it_stands(server: Counterpart, phone: NodeDevice) -> None:
    for _ in range(4):
        phone.record(NOTE)
    phone.done("sync")
    phone.record(NOTE)
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=3)]
    phone.done("sync")
    last = server.pushes()[-1]
    assert (sent(last), last["epoch"], last["pull"].keys()) == ([3, 4, 5], "epoch-2", {"limit"})
    assert server.asked[-1].query.keys() == {"limit"}


def test_a_pull_from_another_epoch_makes_a_device_ask_what_to_send_again(
    server: Counterpart, phone: NodeDevice
) -> None:
    phone.record(NOTE)
    phone.done("sync")
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=1)]
    phone.done("sync")
    first, second, third = server.pushes()
    assert (sent(first), sent(second), sent(third)) == ([1], [], [1])
    assert phone.state["epoch"] == "epoch-2"


def test_what_a_restored_server_lost_and_nobody_keeps_is_named_as_missing(
    server: Counterpart, phone: NodeDevice
) -> None:
    phone.record(NOTE)
    phone.record(NOTE)
    phone.done("sync")
    server.time = "2026-11-29T15:40:02.100+01:00"  # eight days later
    phone.record(NOTE)
    phone.done("sync")
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=1)]
    phone.done("sync")
    last = server.pushes()[-1]
    assert (last["missing"], sent(last)) == ({"from": 1, "through": 2}, [3])
    phone.record(NOTE)
    phone.done("sync")
    assert "missing" not in server.pushes()[-1]

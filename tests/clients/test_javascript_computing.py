"""What the JavaScript client computes is what Python computes."""

from __future__ import annotations

import json

import pytest

from tests.clients.counterpart import Counterpart, canonical, digests, leaf
from tests.clients.node import NodeDevice, evaluated, needs_node

pytestmark = needs_node


def test_canonical_json_is_the_same_in_both_languages() -> None:
    value = {"b": [1, -0, True, None, 'ä\u2028\u0007"\\/🔧'], "a": {"Z": "", "z": {}, "10": [], "9": 2**53 - 1}}
    assert evaluated("canonical.mjs", "m.canonical(given)", value) == canonical(value).decode()


@pytest.mark.parametrize("value", [1.5, 2**53, "\ud83d"])
def test_what_has_no_canonical_form_cannot_be_recorded(phone: NodeDevice, value: object) -> None:
    assert phone.failed("record", "note_added", json.dumps({"text": value}))
    assert phone.lines("outbox") == []


def test_digests_are_the_same_in_both_languages(server: Counterpart) -> None:
    server.put("stock", "van/pump", on_hand="2.5")
    server.put("part", "pump", shared=True, name="Pümpe")
    assert evaluated("canonical.mjs", "m.digests(given)", server.documents) == digests(server.documents)
    sums = evaluated("canonical.mjs", "m.leaves(given)", server.documents)
    used = {kind: [n for n, one in enumerate(sums[kind]) if int(one, 16)] for kind in sums}
    assert used == {"own": [leaf(server.documents[0])], "shared": [leaf(server.documents[1])]}


@pytest.mark.parametrize(("hours", "seen"), [(0, 7), (23, 7), (25, 0)])
def test_what_is_dated_back_by_more_than_a_day_was_not_known_then(hours: int, seen: int) -> None:
    """Issue 9, 3: what is known today proves nothing about history that is told by hand."""
    limits = {"operations": 9, "operation_bytes": 9999, "bytes": 99999}
    state = {"through": 7, "last_seq": 0, "operations": [], "limits": limits}
    happened = "[{type: 'note_added', data: {}}]"
    at = f"new Date(Date.now() - {hours} * 3600000)"
    entries = evaluated("outbox.mjs", f"m.record(given, () => null, {happened}, {{at: {at}}})", state)
    assert [entry["operation"]["seen"] for entry in entries] == [seen]

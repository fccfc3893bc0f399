"""Whatever bytes are sent as an envelope, the answer is one of the protocol's; valid pushes are not affected."""

from __future__ import annotations

import os
from collections import Counter
from random import Random, randrange
from typing import Any
from uuid import UUID

import orjson
import pytest

from tests.simulation.profile import Profile
from tests.simulation.schedule import Schedule
from tests.simulation.world import World
from tests.support.spoiled_envelopes import Spoiler

BODIES, PARTS = int(os.environ.get("CALLOUT_FUZZED_ENVELOPES", "4000")), 4
"""How many in all: `./run check` asks for 50,000."""
SEED = int(os.environ.get("CALLOUT_FUZZED_SEED", str(randrange(2**32))))
"""Another one each time; a failure shows it."""
ANSWERS = {
    200: None,
    400: {"malformed-envelope", "invalid-input"},
    403: {"device-revoked", "enrolment-code-invalid", "signature-required"},
    401: {"token-expired"},
    409: {"sequence-gap", "device-forked", "epoch-changed"},
    410: {"cursor-expired"},
    413: {"batch-too-large"},
    415: {"encoding-unsupported"},
    429: {"rate-limited"},
}


class Office:
    """A server in memory with one device enrolled, and pushes as that would send them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = World(Schedule(seed, Profile.drawn(Random(seed), 3).quiet(), ()))
        self.world.views.catch_up()
        self.technician = self.world.company.technicians[0]
        enrolment = {"code": self.world.access.issue_code(self.technician), "install_id": "phone", "name": "x"}
        self.token = self.ask("devices", orjson.dumps(enrolment))[1]["access_token"]
        self.seq = 0

    def ask(self, verb: str, body: bytes, encoding: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        headers |= {"Content-Encoding": encoding} if encoding else {}
        reply = self.world.server.answer("POST", f"http://office/sync/v1/{verb}", headers, body)
        return reply.status, orjson.loads(reply.body)

    def push(self) -> dict[str, Any]:
        """A good push of a few operations, numbered from where the queue stands."""
        company, random = self.world.company, self.random
        order, at = random.choice(company.orders), self.world.clock.now().isoformat()
        use = {"work_order": order, "location": company.vans[0], "part": company.parts[0], "quantity": "1"}
        renamed = {"name": {"from": "a", "to": "b"}}
        kinds = [
            ("part_used", use),
            ("note_added", {"work_order": order, "text": "x"}),
            ("close_work_order", {"work_order": order}),
            ("change_customer_details", {"customer": company.customers[0], "changes": renamed}),
        ]
        operations = []
        for number in range(random.randint(1, 4)):
            kind, data = random.choice(kinds)
            fields = {"id": UUID(int=random.getrandbits(128)), "seq": self.seq + 1 + number, "type": kind, "v": 1}
            more = {"at": at, "seen": 3, "group": random.choice((None, "g")), "needs": [], "data": data}
            operations.append(fields | more)
        return {
            "incarnation": 1,
            "now": at,
            "epoch": self.world.log.epoch(),
            "operations": operations,
            "outbox": {"count": 4, "oldest": at},
            "missing": random.choice((None, None, None, {"from": self.seq + 1, "through": self.seq + 2})),
            "pull": {"limit": 10},
        }

    def settle(self) -> None:
        """Read from a reply which number is expected next, as a device does."""
        status, reply = self.ask("push", orjson.dumps({"incarnation": 1, "now": self.world.clock.now().isoformat()}))
        assert status == 200, reply
        self.seq = reply["acknowledged"]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_envelope_is_answered_by_a_fault_and_none_stops_honest_work(part: int) -> None:
    seed = SEED + part
    print(f"CALLOUT_FUZZED_SEED={SEED}, part {part}")  # noqa: T201 - shown when it fails
    office = Office(seed)
    spoiler, found = Spoiler(office.random), Counter[tuple[str, int]]()
    for number in range(BODIES // PARTS):
        verb = office.random.choices(("push", "salvage", "verify", "devices", "token"), (12, 2, 1, 1, 1))[0]
        good = orjson.loads(orjson.dumps(office.push()))
        if verb == "verify":
            good = {"cursor": None, "own": ["0" * 32] * 256, "shared": ["0" * 32] * 256}
        body, encoding = spoiler.spoil(good)

        status, reply = office.ask(verb, body, encoding)

        assert status in ANSWERS, (body, reply)
        codes = ANSWERS[status]
        assert codes is None or reply["type"].rpartition("/")[2] in codes, (body, reply)
        found[verb, status] += 1
        if number % 50 == 0 or (verb, status) == ("push", 200):
            office.settle()
    office.settle()

    status, reply = office.ask("push", orjson.dumps(office.push() | {"missing": None}))
    assert status == 200
    assert {result["status"] for result in reply["results"]} <= {"applied", "conflicted", "rejected"}
    assert [event.position for event in office.world.log.events] == list(range(1, office.world.log.head() + 1))
    assert found["push", 200] > BODIES // PARTS // 20
    assert found["push", 400] > BODIES // PARTS // 20

"""Issue 8, 3 and 4: PostgreSQL fails at nothing that a phone sends, views go on, everybody can be erased."""

from __future__ import annotations

import os
from random import Random, randrange
from typing import Any
from uuid import UUID, uuid4

import orjson

from domain.care.customer import Customer
from store.erasure import Erasure
from tests.api.conftest import ApiClient
from tests.support.erasing import opens
from tests.support.field_setup import NOON, Field, save
from tests.support.spoiled_envelopes import ODD, Spoiler

BODIES = int(os.environ.get("CALLOUT_FUZZED_PUSHES", "300"))
SEED = int(os.environ.get("CALLOUT_FUZZED_SEED", str(randrange(2**32))))
"""Another one each time; a failure names it."""


class Hostile:
    """A phone that sends what it should not; the same seed sends the same, but for ids."""

    def __init__(self, api: ApiClient, field: Field, seed: int) -> None:
        self.api, self.field, self.random, self.seq = api, field, Random(seed), 0
        self.order, self.visit = str(field.order()), str(field.visit(field.order()))
        asked = {"code": api.services.devices.issue_code(field.anna)[0], "install_id": "phone"}
        enrolled: Any = api.client.post("/sync/v1/devices", json=asked).json
        self.headers = {"Authorization": f"Bearer {enrolled['access_token']}"}
        self.streams = [
            self.order,
            self.visit,
            str(field.customer),
            str(field.van),
            enrolled["device_id"],
            str(uuid4()),
        ]

    def operations(self) -> list[dict[str, Any]]:
        """A few good operations of all kinds, with ids that may be anybody's."""
        random = self.random
        place = {"location": str(self.field.van), "part": str(self.field.part), "quantity": "1"}
        order = {"work_order": self.order}
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("part_used", order | place | {"serials": ["S-1"]}),
            ("stock_counted", place | {"count": random.choice(self.streams)}),
            ("note_added", order | {"text": "x"}),
            ("labour_recorded", order | {"minutes": 5, "kind": "work"}),
            ("photo_taken", order | {"sha256": "0" * 64, "size": 1, "media_type": "image/png"}),
            ("satisfaction_recorded", order | {"csat": 5, "solved": True, "comment": "x"}),
            ("customer_spoke", {"customer": str(self.field.customer), "reason": "x", "summary": "y"}),
            ("request_visit", order),
            ("signed", {"visit": self.visit, "sha256": "0" * 64, "size": 1, "media_type": "x/y", "signer": "x"}),
            ("fact_corrected", {"operation": random.choice(self.streams)}),
        ]
        made = []
        for number in range(random.randint(1, 4)):
            kind, data = random.choice(kinds)
            id = random.choice([str(UUID(int=random.getrandbits(128)))] * 6 + self.streams)
            needs = random.choice(([], [], [str(uuid4())]))
            document = {
                "id": id,
                "seq": self.seq + 1 + number,
                "type": kind,
                "at": NOON.isoformat(),
                "data": dict(data),
            }
            if random.random() < 0.5:
                document["data"][random.choice(list(data))] = random.choice(ODD)
            made.append(document | {"group": random.choice((None, "g", "g\x00")), "needs": needs, "signature": None})
        return made

    def send(self, verb: str) -> int:
        """One body, spoiled or not; its status."""
        push = {"incarnation": 1, "now": NOON.isoformat(), "app_version": "1", "operations": self.operations()}
        body, encoding = orjson.dumps(push), None
        if self.random.random() < 0.7:
            body, encoding = Spoiler(self.random).spoil(orjson.loads(body))
        headers = self.headers | ({"Content-Encoding": encoding} if encoding else {})
        status = self.api.client.post(f"/sync/v1/{verb}", data=body, headers=headers).status_code
        document: Any = self.api.client.post(
            "/sync/v1/push", json={"incarnation": 1, "now": NOON.isoformat()}, headers=self.headers
        ).json
        self.seq = document["acknowledged"]
        return status


def test_whatever_comes_is_answered_recorded_and_can_be_forgotten(api: ApiClient) -> None:
    seed = SEED
    field = Field(api.services.log)
    hostile = Hostile(api, field, seed)
    statuses = [hostile.send(hostile.random.choice(("push", "push", "push", "salvage"))) for _ in range(BODIES)]

    assert set(statuses) <= {200, 400, 409, 413, 415}, seed
    assert statuses.count(200) > BODIES // 10, seed
    api.catch_up()
    api.services.holding.settle(NOON)
    entity = api.services.log.work().get(Customer, field.customer)
    entity.erase()
    save(api.services.log, entity)
    Erasure(api.services.log).catch_up()
    assert not opens(api.services.log, field.customer), seed
    fresh = {"id": str(uuid4()), "seq": hostile.seq + 1, "type": "note_added", "at": NOON.isoformat()}
    good = fresh | {"data": {"work_order": hostile.order, "text": "fine"}}
    push = {"incarnation": 1, "now": NOON.isoformat(), "operations": [good]}
    document: Any = api.client.post("/sync/v1/push", json=push, headers=hostile.headers).json
    assert [result["status"] for result in document["results"]] == ["applied"], seed

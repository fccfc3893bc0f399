"""Keys in concurrency, in facts, in erasures and in databases that have clashes already (issue 9, 7)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.contact import Contact
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.work.equipment import Equipment
from store.unique_keys import CLASHES
from tests.api.conftest import ApiClient
from tests.api.http.test_decisions_at_once import at_once
from tests.support.api_steps import command, create, customer, items

FACE = {"language": "de", "text": "Pumpe"}


def taken(api: ApiClient, noun: str, holder: str, **body: Any) -> None:
    """That the command is refused in a sentence, with the id of what has the key."""
    reply = api.post(f"/api/v1/{noun}", body)
    assert reply.status_code == 409, reply.text
    assert reply.json is not None
    assert reply.json["type"].endswith("/key-taken")
    assert reply.json["holder"] == holder
    assert holder in reply.json["detail"]


SPELLINGS = ("W-9 0", "w-90", "\uff37-90", "W-\u200b90", " w - 90 ", "W\u201090")


@pytest.mark.parametrize("noun", ["work-orders", "parts", "locations", "equipment", "contacts"])
def test_of_many_at_once_one_has_the_key(api: ApiClient, noun: str) -> None:
    """Issue 9, 7: each thread with another spelling."""
    owner = customer(api)
    body: dict[str, dict[str, Any]] = {
        "work-orders": {"customer": owner},
        "parts": {"names": [FACE]},
        "locations": {"kind": "van"},
        "equipment": {"model": "T"},
        "contacts": {"channel": "email"},
    }
    name = {"locations": "name", "equipment": "serial", "contacts": "message_id"}.get(noun, "number")
    spellings = ("van 90", "VAN  90", "V\u200ban 90", "Van\u00a090") if noun == "locations" else SPELLINGS

    statuses = at_once(api, *((noun, body[noun] | {name: spelling}) for spelling in spellings))

    assert sorted(statuses) == [201, *[409] * (len(spellings) - 1)]


def test_a_fact_that_clashes_is_recorded_and_noted(api: ApiClient) -> None:
    """Issue 9, 7: what a device tells is never refused; what gives the key back lets the other have it."""
    first = UUID(create(api, "equipment", model="T", serial="1"))
    machine = Equipment.register(id=uuid4(), model="t", serial=" 1 ")
    work = api.services.log.work()
    work.add(Envelope(occurred_at=now(), actor=uuid4(), device=uuid4(), device_seq=1, incarnation=1), machine)
    work.commit()

    assert api.services.log.pool.fetch_all(CLASHES, (9,)) == [("equipment_serial", first, machine.id)]
    command(api, f"equipment/{first}/retire", reason="lost")
    assert api.services.log.pool.fetch_all(CLASHES, (9,)) == []
    taken(api, "equipment", str(machine.id), model="T", serial="1")


def contact_of(api: ApiClient, message: str, owner: str | None = None) -> str:
    payload = {} if owner is None else {"customer": owner}
    return create(api, "contacts", channel="email", message_id=message, **payload)


def test_erasing_a_customer_frees_their_message_ids_and_leaves_no_trace(api: ApiClient) -> None:
    """Issue 9, 7: those that were linked to them later as well."""
    owner, other = customer(api), customer(api)
    contact_of(api, "<1@kastanienbaum.example>", owner)
    later = contact_of(api, "<2@kastanienbaum.example>")
    kept = contact_of(api, "<3@other.example>", other)
    case = create(api, "cases", customer=owner, topic="billing")
    command(api, f"contacts/{later}/link", case=case)

    command(api, f"customers/{owner}/erase")

    rows = api.services.log.pool.fetch_all("SELECT kind, holder FROM log.unique_keys WHERE kind = 'message_id'")
    assert rows == [("message_id", UUID(kept))]
    api.catch_up()
    for table in ("log.events", "log.unique_keys", "log.key_clashes", "log.operations"):
        stored = api.services.log.pool.fetch_all(f"SELECT t::text FROM {table} t")  # noqa: S608 - names above
        assert not [row for (row,) in stored if re.search("kastanienbaum", row, re.IGNORECASE)], table
    assert all(each["message_id"] != "<1@kastanienbaum.example>" for each in items(api, "contacts"))
    contact_of(api, "<1@kastanienbaum.example>")


def test_a_database_with_clashes_opens_and_lists_them(api: ApiClient) -> None:
    """Issue 9, 7: two orders have had one number for years."""
    log, owner = api.services.log, customer(api)
    pool = log.pool
    assert log.unique_keys.fill(log.reader)
    first = create(api, "work-orders", customer=owner, number="W-1")
    second = create(api, "work-orders", customer=owner, number="W-2")
    contact_of(api, "<1@x>", owner)
    before = pool.fetch_all("SELECT kind, key, holder, person FROM log.unique_keys ORDER BY 1, 2")
    assert not log.unique_keys.fill(log.reader)
    pool.execute("DELETE FROM log.key_rules")
    log.unique_keys.fill(log.reader)
    assert pool.fetch_all("SELECT kind, key, holder, person FROM log.unique_keys ORDER BY 1, 2") == before

    pool.execute("DELETE FROM log.unique_keys WHERE key = 'w-1'")
    twin = create(api, "work-orders", customer=owner, number="w-1")
    pool.execute("DELETE FROM log.key_rules")
    log.unique_keys.fill(log.reader)

    assert pool.fetch_all(CLASHES, (9,)) == [("work_order_number", UUID(first), UUID(twin))]
    taken(api, "work-orders", first, customer=owner, number="W-1")
    taken(api, "work-orders", second, customer=owner, number="W-2")


def test_a_contact_from_before_message_ids_were_sealed_is_read() -> None:
    """Issue 9, 7: version 1 of the event has the id in plain text."""
    state: dict[str, Any] = {"message_id": "<1@x>"}
    Contact.Received.upcast_v1_v2(state)

    assert state == {"message_id": "<1@x>"}

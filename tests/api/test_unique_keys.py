"""Keys that people give belong to one thing each, however they are spelt (issue 9, 7)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.contact import Contact
from domain.envelope import Envelope
from domain.equipment import Equipment
from domain.instant import now
from store.unique_keys import CLASHES
from tests.api.conftest import House
from tests.api.test_decisions_at_once import at_once
from tests.support.counter import customer, items, made, part, place, refused, site, told

FACE = {"language": "de", "text": "Pumpe"}


def taken(house: House, noun: str, holder: str, **body: Any) -> None:
    """That the command is refused in a sentence, with the id of what has the key."""
    reply = house.post(f"/api/v1/{noun}", body)
    assert reply.status_code == 409, reply.text
    assert reply.json is not None
    assert reply.json["type"].endswith("/key-taken")
    assert reply.json["holder"] == holder
    assert holder in reply.json["detail"]


@pytest.mark.parametrize(
    "again",
    [
        "W-77",
        "w-77",
        " W-77",
        "W -77",
        "W\u201177",
        "\uff37-\uff17\uff17",
        "W-\u0667\u0667",
        "W\u200b-77",
        "W\u00ad-77",
        "W-77\u3164",
        "W\u221277",
    ],
)
def test_an_order_has_its_number_alone(house: House, again: str) -> None:
    """Issue 9, 7: in any case, form, script of digits, with blanks or with what nobody sees."""
    owner = customer(house)
    first = made(house, "work-orders", customer=owner, number="W-77")

    taken(house, "work-orders", first, customer=owner, number=again)


def test_numbers_that_are_given_pass_over_those_that_were_typed(house: House) -> None:
    """Issue 9, 7: the generator gave the number once more that somebody had typed."""
    owner = customer(house)
    first = items(house, f"work-orders?limit=1&customer={(made(house, 'work-orders', customer=owner), owner)[1]}")
    at = int(first[0]["number"].removeprefix("W-"))
    for number in (f"W-{at + 1:06d}", f"w-{at + 2:06d}", f"W - {at + 3:06d}"):
        made(house, "work-orders", customer=owner, number=number)

    made(house, "work-orders", customer=owner)

    numbers = [each["number"] for each in items(house, "work-orders")]
    assert f"W-{at + 4:06d}" in numbers


def test_a_number_that_somebody_types_at_that_very_moment_is_not_given(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 9, 7: whoever leaves the number to us is never refused for it."""
    owner = customer(house)
    typed = made(house, "work-orders", customer=owner, number="W-500000")
    log, numbers = house.services.log, ["W-500000", "W-500001"]
    monkeypatch.setattr(type(log), "next_work_order_number", lambda _: numbers.pop(0))

    given = made(house, "work-orders", customer=owner)

    assert {each["id"]: each["number"] for each in items(house, "work-orders")} == {
        typed: "W-500000",
        given: "W-500001",
    }


@pytest.mark.parametrize("noun", ["work-orders", "parts", "locations", "equipment", "contacts"])
def test_a_key_of_which_nothing_can_be_seen_is_none(house: House, noun: str) -> None:
    """Issue 9, 7."""
    bodies: dict[str, dict[str, Any]] = {
        "work-orders": {"customer": customer(house), "number": "\u200b\u3164"},
        "parts": {"number": "\u200b", "names": [FACE]},
        "locations": {"kind": "warehouse", "name": "\u2800"},
        "equipment": {"model": "T", "serial": "\u00ad"},
        "contacts": {"channel": "email", "message_id": "<\u200b>"},
    }

    assert refused(house, noun, **bodies[noun]) == (400, "invalid-input")


def test_a_part_has_its_number_alone(house: House) -> None:
    """Issue 9, 7: parts apart by case or blanks."""
    first = part(house, number="PUMP-20 Straße")

    for number in ("pump-20 strasse", "PUMP - 20STRASSE", "\uff30UMP-20  Straße "):
        taken(house, "parts", first, number=number, names=[FACE])


@pytest.mark.parametrize("again", ["96385074", "000096385074", "0000096385074", "00000096385074"])
def test_a_gtin_is_one_part_s(house: House, again: str) -> None:
    """Issue 9, 7: with 8, 12, 13 or 14 digits it is the same."""
    first = part(house, gtins=["96385074"])
    other = part(house)

    taken(house, "parts", first, number="B", names=[FACE], gtins=[again])
    taken(house, f"parts/{other}/revise", first, names=[FACE], tracking="none", gtins=[again])


def test_a_gtin_that_a_part_gives_up_is_free(house: House) -> None:
    """Issue 9, 7: it may keep one in another length, and what it gave up may go to another."""
    first = part(house, gtins=["96385074", "4006381333931"])
    told(house, f"parts/{first}/revise", names=[FACE], tracking="none", gtins=["04006381333931"])

    part(house, number="B", gtins=["96385074"])
    taken(house, "parts", first, number="C", names=[FACE], gtins=["4006381333931"])


def test_a_location_has_its_name_alone_until_it_is_retired(house: House) -> None:
    """Issue 9, 7: by a name people and files say where something lies."""
    first = place(house, name="Van 3")
    taken(house, "locations", first, kind="warehouse", name="van  3")
    told(house, f"locations/{first}/retire")

    place(house, "van", name="VAN 3")


def test_stores_at_two_customers_may_have_one_name(house: House) -> None:
    """Issue 9, 7: each site has its own "Cellar"."""
    one, other = site(house, customer(house)), site(house, customer(house))
    first = place(house, "site", name="Cellar", site=one)

    place(house, "site", name="Cellar", site=other)
    taken(house, "locations", first, kind="site", name="cellar", site=one)


def test_a_machine_has_its_serial_among_those_of_its_model(house: House) -> None:
    """Issue 9, 7."""
    first = made(house, "equipment", model="Turbo 9", serial="SN 0815-x")

    taken(house, "equipment", first, model="TURBO  9", serial="sn0815\u2010X")
    made(house, "equipment", model="Turbo 8", serial="SN 0815-x")
    made(house, "equipment", model="Turbo 9")
    made(house, "equipment", model="Turbo 9")
    told(house, f"equipment/{first}/retire", reason="lost")
    made(house, "equipment", model="Turbo 9", serial="SN 0815-x")


def test_a_message_is_one_contact(house: House) -> None:
    """Issue 9, 7: a mail that is fetched twice is answered with the contact that it is already."""
    first = made(house, "contacts", channel="email", message_id="<Mail-1@example.org>")

    for again in ("<Mail-1@example.org>", "mail-1@EXAMPLE.org", " <mail-1@example.org> "):
        taken(house, "contacts", first, channel="email", message_id=again)
    reply = house.post("/api/v1/contacts", {"channel": "email", "message_id": "<mail-1@example.org>"})
    assert "example.org" not in reply.text, "the refusal is kept beside the log"


def test_the_same_request_gets_the_same_refusal(house: House) -> None:
    """Issue 9, 7: also when the key is free by then."""
    first = place(house, name="Van 3")
    body = {"kind": "van", "name": "van 3"}
    refusal = house.post("/api/v1/locations", body, Idempotency_Key="k-1")
    told(house, f"locations/{first}/retire")

    assert house.post("/api/v1/locations", body, Idempotency_Key="k-1").json == refusal.json
    assert house.post("/api/v1/locations", body, Idempotency_Key="k-2").status_code == 201


SPELLINGS = ("W-9 0", "w-90", "\uff37-90", "W-\u200b90", " w - 90 ", "W\u201090")


@pytest.mark.parametrize("noun", ["work-orders", "parts", "locations", "equipment", "contacts"])
def test_of_many_at_once_one_has_the_key(house: House, noun: str) -> None:
    """Issue 9, 7: each thread with another spelling."""
    owner = customer(house)
    body: dict[str, dict[str, Any]] = {
        "work-orders": {"customer": owner},
        "parts": {"names": [FACE]},
        "locations": {"kind": "van"},
        "equipment": {"model": "T"},
        "contacts": {"channel": "email"},
    }
    name = {"locations": "name", "equipment": "serial", "contacts": "message_id"}.get(noun, "number")
    spellings = ("van 90", "VAN  90", "V\u200ban 90", "Van\u00a090") if noun == "locations" else SPELLINGS

    statuses = at_once(house, *((noun, body[noun] | {name: spelling}) for spelling in spellings))

    assert sorted(statuses) == [201, *[409] * (len(spellings) - 1)]


def test_a_fact_that_clashes_is_recorded_and_noted(house: House) -> None:
    """Issue 9, 7: what a device tells is never refused; what gives the key back lets the other have it."""
    first = UUID(made(house, "equipment", model="T", serial="1"))
    machine = Equipment.register(id=uuid4(), model="t", serial=" 1 ")
    work = house.services.log.work()
    work.add(Envelope(occurred_at=now(), actor=uuid4(), device=uuid4(), device_seq=1, incarnation=1), machine)
    work.commit()

    assert house.services.log.pool.fetch_all(CLASHES, (9,)) == [("equipment_serial", first, machine.id)]
    told(house, f"equipment/{first}/retire", reason="lost")
    assert house.services.log.pool.fetch_all(CLASHES, (9,)) == []
    taken(house, "equipment", str(machine.id), model="T", serial="1")


def contact_of(house: House, message: str, owner: str | None = None) -> str:
    said = {} if owner is None else {"customer": owner}
    return made(house, "contacts", channel="email", message_id=message, **said)


def test_erasing_a_customer_frees_their_message_ids_and_leaves_no_trace(house: House) -> None:
    """Issue 9, 7: those that were linked to them later as well."""
    owner, other = customer(house), customer(house)
    contact_of(house, "<1@kastanienbaum.example>", owner)
    later = contact_of(house, "<2@kastanienbaum.example>")
    kept = contact_of(house, "<3@other.example>", other)
    case = made(house, "cases", customer=owner, topic="billing")
    told(house, f"contacts/{later}/link", case=case)

    told(house, f"customers/{owner}/erase")

    rows = house.services.log.pool.fetch_all("SELECT kind, holder FROM log.unique_keys WHERE kind = 'message_id'")
    assert rows == [("message_id", UUID(kept))]
    house.catch_up()
    for table in ("log.events", "log.unique_keys", "log.key_clashes", "log.operations"):
        stored = house.services.log.pool.fetch_all(f"SELECT t::text FROM {table} t")  # noqa: S608 - names above
        assert not [row for (row,) in stored if re.search("kastanienbaum", row, re.IGNORECASE)], table
    assert all(each["message_id"] != "<1@kastanienbaum.example>" for each in items(house, "contacts"))
    contact_of(house, "<1@kastanienbaum.example>")


def test_a_database_with_clashes_opens_and_lists_them(house: House) -> None:
    """Issue 9, 7: two orders have had one number for years."""
    log, owner = house.services.log, customer(house)
    pool = log.pool
    assert log.unique_keys.fill(log.reader)
    first = made(house, "work-orders", customer=owner, number="W-1")
    second = made(house, "work-orders", customer=owner, number="W-2")
    contact_of(house, "<1@x>", owner)
    before = pool.fetch_all("SELECT kind, key, holder, person FROM log.unique_keys ORDER BY 1, 2")
    assert not log.unique_keys.fill(log.reader)
    pool.execute("DELETE FROM log.key_rules")
    log.unique_keys.fill(log.reader)
    assert pool.fetch_all("SELECT kind, key, holder, person FROM log.unique_keys ORDER BY 1, 2") == before

    pool.execute("DELETE FROM log.unique_keys WHERE key = 'w-1'")
    twin = made(house, "work-orders", customer=owner, number="w-1")
    pool.execute("DELETE FROM log.key_rules")
    log.unique_keys.fill(log.reader)

    assert pool.fetch_all(CLASHES, (9,)) == [("work_order_number", UUID(first), UUID(twin))]
    taken(house, "work-orders", first, customer=owner, number="W-1")
    taken(house, "work-orders", second, customer=owner, number="W-2")


def test_a_contact_from_before_message_ids_were_sealed_is_read() -> None:
    """Issue 9, 7: version 1 of the event has the id in plain text."""
    state: dict[str, Any] = {"message_id": "<1@x>"}
    Contact.Received.upcast_v1_v2(state)

    assert state == {"message_id": "<1@x>"}

"""Keys that people give belong to one thing each, however they are spelt (issue 9, 7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, part, place, refusal, site

FACE = {"language": "de", "text": "Pumpe"}


def taken(api: ApiClient, noun: str, holder: str, **body: Any) -> None:
    """That the command is refused in a sentence, with the id of what has the key."""
    reply = api.post(f"/api/v1/{noun}", body)
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
def test_an_order_has_its_number_alone(api: ApiClient, again: str) -> None:
    """Issue 9, 7: in any case, form, script of digits, with blanks or with what nobody sees."""
    owner = customer(api)
    first = create(api, "work-orders", customer=owner, number="W-77")

    taken(api, "work-orders", first, customer=owner, number=again)


def test_numbers_that_are_given_pass_over_those_that_were_typed(api: ApiClient) -> None:
    """Issue 9, 7: the generator gave the number once more that somebody had typed."""
    owner = customer(api)
    first = items(api, f"work-orders?limit=1&customer={(create(api, 'work-orders', customer=owner), owner)[1]}")
    at = int(first[0]["number"].removeprefix("W-"))
    for number in (f"W-{at + 1:06d}", f"w-{at + 2:06d}", f"W - {at + 3:06d}"):
        create(api, "work-orders", customer=owner, number=number)

    create(api, "work-orders", customer=owner)

    numbers = [each["number"] for each in items(api, "work-orders")]
    assert f"W-{at + 4:06d}" in numbers


def test_a_number_that_somebody_types_at_that_very_moment_is_not_given(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 9, 7: whoever leaves the number to us is never refused for it."""
    owner = customer(api)
    typed = create(api, "work-orders", customer=owner, number="W-500000")
    log, numbers = api.services.log, ["W-500000", "W-500001"]
    monkeypatch.setattr(type(log), "next_work_order_number", lambda _: numbers.pop(0))

    given = create(api, "work-orders", customer=owner)

    assert {each["id"]: each["number"] for each in items(api, "work-orders")} == {
        typed: "W-500000",
        given: "W-500001",
    }


@pytest.mark.parametrize("noun", ["work-orders", "parts", "locations", "equipment", "contacts"])
def test_a_key_of_which_nothing_can_be_seen_is_none(api: ApiClient, noun: str) -> None:
    """Issue 9, 7."""
    bodies: dict[str, dict[str, Any]] = {
        "work-orders": {"customer": customer(api), "number": "\u200b\u3164"},
        "parts": {"number": "\u200b", "names": [FACE]},
        "locations": {"kind": "warehouse", "name": "\u2800"},
        "equipment": {"model": "T", "serial": "\u00ad"},
        "contacts": {"channel": "email", "message_id": "<\u200b>"},
    }

    assert refusal(api, noun, **bodies[noun]) == (400, "invalid-input")


def test_a_part_has_its_number_alone(api: ApiClient) -> None:
    """Issue 9, 7: parts apart by case or blanks."""
    first = part(api, number="PUMP-20 Straße")

    for number in ("pump-20 strasse", "PUMP - 20STRASSE", "\uff30UMP-20  Straße "):
        taken(api, "parts", first, number=number, names=[FACE])


@pytest.mark.parametrize("again", ["96385074", "000096385074", "0000096385074", "00000096385074"])
def test_a_gtin_is_one_part_s(api: ApiClient, again: str) -> None:
    """Issue 9, 7: with 8, 12, 13 or 14 digits it is the same."""
    first = part(api, gtins=["96385074"])
    other = part(api)

    taken(api, "parts", first, number="B", names=[FACE], gtins=[again])
    taken(api, f"parts/{other}/revise", first, names=[FACE], tracking="none", gtins=[again])


def test_a_gtin_that_a_part_gives_up_is_free(api: ApiClient) -> None:
    """Issue 9, 7: it may keep one in another length, and what it gave up may go to another."""
    first = part(api, gtins=["96385074", "4006381333931"])
    command(api, f"parts/{first}/revise", names=[FACE], tracking="none", gtins=["04006381333931"])

    part(api, number="B", gtins=["96385074"])
    taken(api, "parts", first, number="C", names=[FACE], gtins=["4006381333931"])


def test_a_location_has_its_name_alone_until_it_is_retired(api: ApiClient) -> None:
    """Issue 9, 7: by a name people and files say where something lies."""
    first = place(api, name="Van 3")
    taken(api, "locations", first, kind="warehouse", name="van  3")
    command(api, f"locations/{first}/retire")

    place(api, "van", name="VAN 3")


def test_stores_at_two_customers_may_have_one_name(api: ApiClient) -> None:
    """Issue 9, 7: each site has its own "Cellar"."""
    one, other = site(api, customer(api)), site(api, customer(api))
    first = place(api, "site", name="Cellar", site=one)

    place(api, "site", name="Cellar", site=other)
    taken(api, "locations", first, kind="site", name="cellar", site=one)


def test_a_machine_has_its_serial_among_those_of_its_model(api: ApiClient) -> None:
    """Issue 9, 7."""
    first = create(api, "equipment", model="Turbo 9", serial="SN 0815-x")

    taken(api, "equipment", first, model="TURBO  9", serial="sn0815\u2010X")
    create(api, "equipment", model="Turbo 8", serial="SN 0815-x")
    create(api, "equipment", model="Turbo 9")
    create(api, "equipment", model="Turbo 9")
    command(api, f"equipment/{first}/retire", reason="lost")
    create(api, "equipment", model="Turbo 9", serial="SN 0815-x")


def test_a_message_is_one_contact(api: ApiClient) -> None:
    """Issue 9, 7: a mail that is fetched twice is answered with the contact that it is already."""
    first = create(api, "contacts", channel="email", message_id="<Mail-1@example.org>")

    for again in ("<Mail-1@example.org>", "mail-1@EXAMPLE.org", " <mail-1@example.org> "):
        taken(api, "contacts", first, channel="email", message_id=again)
    reply = api.post("/api/v1/contacts", {"channel": "email", "message_id": "<mail-1@example.org>"})
    assert "example.org" not in reply.text, "the refusal is kept beside the log"


def test_the_same_request_gets_the_same_refusal(api: ApiClient) -> None:
    """Issue 9, 7: also when the key is free by then."""
    first = place(api, name="Van 3")
    body = {"kind": "van", "name": "van 3"}
    refusal = api.post("/api/v1/locations", body, Idempotency_Key="k-1")
    command(api, f"locations/{first}/retire")

    assert api.post("/api/v1/locations", body, Idempotency_Key="k-1").json == refusal.json
    assert api.post("/api/v1/locations", body, Idempotency_Key="k-2").status_code == 201


@pytest.mark.parametrize("asked", ["Pd-77/A", "pd-77/a", " PD -77/A", "\uff30D\u201177/A"])
def test_a_list_finds_by_number_what_a_new_thing_would_clash_with(api: ApiClient, asked: str) -> None:
    """Issue 9, 7 and 8: a number was taken by something that the list, asked for the same number, did not show."""
    owner = customer(api)
    pump = create(api, "parts", number="PD-77/a", names=[FACE])
    order = create(api, "work-orders", customer=owner, number="PD-77/a")
    create(api, "parts", number="PD-78/a", names=[FACE])

    number = quote(asked)
    assert [each["id"] for each in items(api, f"parts?number={number}")] == [pump]
    assert [each["id"] for each in items(api, f"work-orders?number={number}")] == [order]
    assert items(api, f"work-orders?number={number}&status=closed") == []


@pytest.mark.parametrize("asked", ["<A1@Mail.example>", "<a1@mail.example>", "A1@mail.example", " <A1@mail.example>"])
def test_a_contact_is_found_by_its_message_id_however_it_is_spelled(api: ApiClient, asked: str) -> None:
    """Issue 9, 7 and 8: as long as somebody's words are kept, and not any more once they are erased."""
    owner = customer(api)
    mail = create(api, "contacts", channel="email", customer=owner, message_id="<A1@Mail.example>")
    create(api, "contacts", channel="email", customer=owner, message_id="<A2@Mail.example>")

    assert [each["id"] for each in items(api, f"contacts?message_id={quote(asked)}")] == [mail]

    command(api, f"customers/{owner}/erase")
    assert items(api, f"contacts?message_id={quote(asked)}") == []

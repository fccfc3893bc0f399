"""The rules of erasing a customer over HTTP: nothing that is read, kept or logged afterwards has their words."""

from __future__ import annotations

import pytest

from domain.access.user import Role
from projections.catalogue import PROJECTIONS
from projections.engine.rebuild import rebuild
from store.erasure import Erasure
from store.keyring import Keyring
from tests.api.conftest import House
from tests.support.api_steps import case, customer, items, made, read, refused, site, told
from tests.support.named_everywhere import WORD, busy_customer


def erase(house: House, id: str, role: Role = "admin", key: str = "") -> int:
    named = {"Idempotency_Key": key} if key else {}
    return house.post(f"/api/v1/customers/{id}/erase", role=role, **named).status_code


def stored_words(house: House) -> list[str]:
    """Every table, of whatever schema, in which somebody finds the word."""
    look = "SELECT count(*) FROM {} AS t WHERE position('{}' IN t::text) > 0"
    found = []
    for pool, schemas in (
        (house.services.projecting.pool, ["views", "views_next"]),
        (house.services.log.pool, ["log"]),
    ):
        named = pool.fetch_all(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s)", (schemas,)
        )
        found += [table for (table,) in named if pool.fetch_all(look.format(table, WORD)) != [(0,)]]
    return found


def read_words(house: House) -> list[str]:
    """Every list and thing that is read with the word in it."""
    nouns = ("customers", "contacts", "cases", "equipment", "work-orders", "visits", "stock-movements", "events")
    texts = {noun: house.get(f"/api/v1/{noun}?limit=500").text for noun in nouns}
    for noun in nouns[:-1]:
        for row in items(house, noun):
            texts[f"{noun}/{row['id']}"] = house.get(f"/api/v1/{noun}/{row['id']}").text
    for row in items(house, "cases"):
        texts["timeline"] = house.get(f"/api/v1/cases/{row['id']}/timeline?limit=500").text
    return [path for path, text in texts.items() if WORD in text]


def opened(house: House) -> bool:
    """Whether the log itself still gives the word away to whoever has the keys."""
    log = house.services.log
    rows = log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")
    return WORD in repr(log.reader.read([record for (record,) in rows]))


def test_nothing_that_is_read_or_stored_has_the_words_of_an_erased_customer(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    id = busy_customer(house)
    house.catch_up()
    assert {"customers", "work-orders", "visits"} <= set(read_words(house))
    assert {"views.customers", "views.work_orders", "views.documents"} <= set(stored_words(house))
    assert opened(house)

    assert erase(house, id) == 200
    house.catch_up()

    assert not opened(house)
    assert stored_words(house) == []
    assert read_words(house) == []
    assert WORD not in "".join(capfd.readouterr())
    rebuild(house.services.projecting, PROJECTIONS, [each.name for each in PROJECTIONS])
    assert stored_words(house) == []


def test_the_past_does_not_give_an_erased_customer_away(house: House) -> None:
    id = busy_customer(house)
    before = read(house, f"customers/{id}")["position"]

    erase(house, id)

    assert read(house, f"customers/{id}?known_at={before}")["name"] is None
    assert WORD not in house.get(f"/api/v1/work-orders?known_at={before}").text


def test_what_happened_with_an_erased_customer_stays(house: House) -> None:
    id = busy_customer(house)
    before = {noun: len(items(house, noun)) for noun in ("cases", "contacts", "visits", "stock-movements")}

    erase(house, id)

    assert {noun: len(items(house, noun)) for noun in before} == before
    assert read(house, f"customers/{id}")["erased"] is True


def test_an_erased_customer_is_used_no_more(house: House) -> None:
    id = customer(house)
    where, machine, other = site(house, id), made(house, "equipment", model="X"), customer(house)
    concern, contact = case(house, id), made(house, "contacts", channel="phone")

    erase(house, id)

    code = (409, "customer-is-erased")
    assert refused(house, f"customers/{id}/change", name="x") == code
    assert refused(house, f"customers/{other}/merge", into=id) == code
    assert refused(house, "contacts", channel="phone", customer=id) == code
    assert refused(house, f"contacts/{contact}/link", case=concern) == code
    assert refused(house, "cases", customer=id, topic="billing") == code
    assert refused(house, "equipment", model="X", customer=id) == code
    assert refused(house, f"equipment/{machine}/install", site=where, customer=id) == code
    assert refused(house, "work-orders", case=concern) == code


def test_the_entries_that_were_merged_into_the_customers_go_too(house: House) -> None:
    stays, double, again = (customer(house, name=f"Erika {WORD}") for _ in range(3))
    told(house, f"customers/{double}/merge", into=stays)
    told(house, f"customers/{again}/merge", into=stays)

    erase(house, stays)

    assert [row["name"] for row in items(house, "customers")] == [None, None, None]
    assert not opened(house)


def test_erasing_twice_is_erasing_once(house: House) -> None:
    id = customer(house)

    assert [erase(house, id), erase(house, id)] == [200, 200]

    assert [event["topic"] for event in items(house, f"events?stream={id}")].count("customer.erased") == 1


def test_an_erasure_cut_off_before_the_end_of_the_key_is_finished_by_asking_again_or_by_the_worker(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [customer(house, name=f"Erika {WORD}") for _ in range(2)]

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Keyring, "destroy", _fails)
        cut_off_replies = [erase(house, id, key=f"erase {id}") for id in ids]
    left = opened(house)
    again = erase(house, ids[0], key=f"erase {ids[0]}")
    Erasure(house.services.log).catch_up()

    assert cut_off_replies == [500, 500]
    assert left
    assert again == 200
    assert not opened(house)


def _fails(*_: object) -> int:
    raise ConnectionError


def test_only_those_who_answer_for_it_erase(house: House) -> None:
    id = customer(house)

    roles: tuple[Role, ...] = ("agent", "dispatcher", "auditor", "technician", "service_manager")

    assert [erase(house, id, role) for role in roles] == [403, 403, 403, 403, 200]

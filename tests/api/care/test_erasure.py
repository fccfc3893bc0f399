"""The rules of erasing a customer over HTTP: nothing that is read, kept or logged afterwards has their words."""

from __future__ import annotations

import pytest

from domain.access.user import Role
from projections.catalogue import PROJECTIONS
from projections.engine.rebuild import rebuild
from store.erasure import Erasure
from store.keyring import Keyring
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, items, read, refusal, site
from tests.support.named_everywhere import WORD, busy_customer


def erase(api: ApiClient, id: str, role: Role = "admin", key: str = "") -> int:
    named = {"Idempotency_Key": key} if key else {}
    return api.post(f"/api/v1/customers/{id}/erase", role=role, **named).status_code


def stored_words(api: ApiClient) -> list[str]:
    """Every table, of whatever schema, in which somebody finds the word."""
    look = "SELECT count(*) FROM {} AS t WHERE position('{}' IN t::text) > 0"
    found = []
    for pool, schemas in (
        (api.services.projecting.pool, ["views", "views_next"]),
        (api.services.log.pool, ["log"]),
    ):
        named = pool.fetch_all(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s)", (schemas,)
        )
        found += [table for (table,) in named if pool.fetch_all(look.format(table, WORD)) != [(0,)]]
    return found


def read_words(api: ApiClient) -> list[str]:
    """Every list and thing that is read with the word in it."""
    nouns = ("customers", "contacts", "cases", "equipment", "work-orders", "visits", "stock-movements", "events")
    texts = {noun: api.get(f"/api/v1/{noun}?limit=500").text for noun in nouns}
    for noun in nouns[:-1]:
        for row in items(api, noun):
            texts[f"{noun}/{row['id']}"] = api.get(f"/api/v1/{noun}/{row['id']}").text
    for row in items(api, "cases"):
        texts["timeline"] = api.get(f"/api/v1/cases/{row['id']}/timeline?limit=500").text
    return [path for path, text in texts.items() if WORD in text]


def opened(api: ApiClient) -> bool:
    """Whether the log itself still gives the word away to whoever has the keys."""
    log = api.services.log
    rows = log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")
    return WORD in repr(log.reader.read([record for (record,) in rows]))


def test_nothing_that_is_read_or_stored_has_the_words_of_an_erased_customer(
    api: ApiClient, capfd: pytest.CaptureFixture[str]
) -> None:
    id = busy_customer(api)
    api.catch_up()
    assert {"customers", "work-orders", "visits"} <= set(read_words(api))
    assert {"views.customers", "views.work_orders", "views.documents"} <= set(stored_words(api))
    assert opened(api)

    assert erase(api, id) == 200
    api.catch_up()

    assert not opened(api)
    assert stored_words(api) == []
    assert read_words(api) == []
    assert WORD not in "".join(capfd.readouterr())
    rebuild(api.services.projecting, PROJECTIONS, [each.name for each in PROJECTIONS])
    assert stored_words(api) == []


def test_the_past_does_not_give_an_erased_customer_away(api: ApiClient) -> None:
    id = busy_customer(api)
    before = read(api, f"customers/{id}")["position"]

    erase(api, id)

    assert read(api, f"customers/{id}?known_at={before}")["name"] is None
    assert WORD not in api.get(f"/api/v1/work-orders?known_at={before}").text


def test_what_happened_with_an_erased_customer_stays(api: ApiClient) -> None:
    id = busy_customer(api)
    before = {noun: len(items(api, noun)) for noun in ("cases", "contacts", "visits", "stock-movements")}

    erase(api, id)

    assert {noun: len(items(api, noun)) for noun in before} == before
    assert read(api, f"customers/{id}")["erased"] is True


def test_an_erased_customer_is_used_no_more(api: ApiClient) -> None:
    id = customer(api)
    where, machine, other = site(api, id), create(api, "equipment", model="X"), customer(api)
    concern, contact = case(api, id), create(api, "contacts", channel="phone")

    erase(api, id)

    code = (409, "customer-is-erased")
    assert refusal(api, f"customers/{id}/change", name="x") == code
    assert refusal(api, f"customers/{other}/merge", into=id) == code
    assert refusal(api, "contacts", channel="phone", customer=id) == code
    assert refusal(api, f"contacts/{contact}/link", case=concern) == code
    assert refusal(api, "cases", customer=id, topic="billing") == code
    assert refusal(api, "equipment", model="X", customer=id) == code
    assert refusal(api, f"equipment/{machine}/install", site=where, customer=id) == code
    assert refusal(api, "work-orders", case=concern) == code


def test_the_entries_that_were_merged_into_the_customers_go_too(api: ApiClient) -> None:
    stays, double, again = (customer(api, name=f"Erika {WORD}") for _ in range(3))
    command(api, f"customers/{double}/merge", into=stays)
    command(api, f"customers/{again}/merge", into=stays)

    erase(api, stays)

    assert [row["name"] for row in items(api, "customers")] == [None, None, None]
    assert not opened(api)


def test_erasing_twice_is_erasing_once(api: ApiClient) -> None:
    id = customer(api)

    assert [erase(api, id), erase(api, id)] == [200, 200]

    assert [event["topic"] for event in items(api, f"events?stream={id}")].count("customer.erased") == 1


def test_an_erasure_cut_off_before_the_end_of_the_key_is_finished_by_asking_again_or_by_the_worker(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [customer(api, name=f"Erika {WORD}") for _ in range(2)]

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Keyring, "destroy", _fails)
        cut_off_replies = [erase(api, id, key=f"erase {id}") for id in ids]
    left = opened(api)
    again = erase(api, ids[0], key=f"erase {ids[0]}")
    Erasure(api.services.log).catch_up()

    assert cut_off_replies == [500, 500]
    assert left
    assert again == 200
    assert not opened(api)


def _fails(*_: object) -> int:
    raise ConnectionError


def test_only_those_who_answer_for_it_erase(api: ApiClient) -> None:
    id = customer(api)

    roles: tuple[Role, ...] = ("agent", "dispatcher", "auditor", "technician", "service_manager")

    assert [erase(api, id, role) for role in roles] == [403, 403, 403, 403, 200]

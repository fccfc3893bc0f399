"""Erasing a customer leaves no text of theirs in any table, document, log line or export, and all events."""

from __future__ import annotations

import json
from time import sleep, time
from typing import Any

import pytest

from tests.support.company import Company
from tests.support.customer_history import CustomerHistory
from tests.support.office_client import Json
from tests.support.story import ago
from tests.support.word_search import columns, found_in_tables

COUNTED = ("cases", "contacts", "work_orders", "visits", "movements", "stock", "surveys", "discrepancies")
"""Views that lose texts by an erasure, but no row."""


@pytest.fixture(scope="module")
def life(company: Company) -> CustomerHistory:
    life = CustomerHistory(company)
    case = life.calls()
    order = life.office_writes(case)
    life.technician_writes(order)
    life.office_ends(case, order)
    return life


def everything_readable(company: Company) -> str:
    """All that can be read over HTTP: events, every list, every customer and every case's timeline."""
    desk = company.admin
    desk.position = len(company.records())
    found: list[Any] = [desk.get(f"events/{number}") for number in range(1, desk.position + 1)]
    nouns = ("customers", "contacts", "cases", "equipment", "work-orders", "visits", "stock-movements", "discrepancies",
             "operations", "devices", "technicians")  # fmt: skip
    found += [item for noun in nouns for item in desk.every(noun)]
    found += [desk.get(f"customers/{one['id']}") for one in desk.every("customers")]
    found += [item for case in desk.every("cases") for item in desk.every(f"cases/{case['id']}/timeline")]
    return json.dumps(found)


def documents(life: CustomerHistory) -> str:
    """All that devices can download."""
    return json.dumps([company_documents(life, person) for person in (life.anna, life.boris)])


def company_documents(life: CustomerHistory, person: Any) -> list[Json]:
    fresh = life.company.device(person)
    return [one for kind in fresh.status()["documents"] for one in fresh.documents(kind)]


def test_erasing_a_customer_leaves_no_word_of_theirs_and_the_history_intact(life: CustomerHistory) -> None:
    company = life.company
    readable = everything_readable(company)
    missing = {where for word, where in life.texts.items() if word not in readable}
    assert missing <= {"refused"}, "each word can be read, or its absence later would prove nothing"
    assert any(word in documents(life) for word in life.texts)
    history, counts = company.records(), view_rows(company)

    erased = company.admin.post(f"customers/{life.customer}/erase")

    assert company.records()[: len(history)] == history
    after = everything_readable(company)
    assert {where for word, where in life.texts.items() if word in after} == set()
    assert {where for word, where in life.texts.items() if word in documents(life)} == set()
    tables = found_in_tables(company, life.texts)
    assert {life.texts[word]: places for word, places in tables.items()} == {}
    journal = company.journal.read_text()
    assert {where for word, where in life.texts.items() if word in journal} == set()
    views = [view["name"] for view in counts]
    for words in (["export"], ["export", *(word for view in views for word in ("--view", view))]):
        exported = company.callout(*words)
        assert exported.returncode == 0, exported.stderr
        assert life.customer in exported.stdout
        assert {where for word, where in life.texts.items() if word in exported.stdout} == set()
    assert [view["name"] for view in company.verified() if not view["equal"]] == []
    company.admin.position = erased["position"]
    assert company.admin.get(f"customers/{life.customer}")["erased"] is True
    before, kept = ({view["name"]: view["rows"] for view in each} for each in (counts, view_rows(company)))
    assert {name: kept[name] for name in COUNTED} == {name: before[name] for name in COUNTED}


def view_rows(company: Company) -> list[Json]:
    """How many rows each view has."""
    found: list[Json] = company.admin.get("projections")["items"]
    return found


def test_the_scan_reads_every_column_of_every_table(company: Company) -> None:
    names = {f"{schema}.{table}.{column}" for schema, table, column, _ in columns(company)}
    assert {"log.events.record", "log.operations.answer", "log.snapshots.state", "keys.person_keys.wrapped",
            "access.device_tokens.token_hash", "views.customers.name"} <= names  # fmt: skip
    company.change("CREATE TABLE IF NOT EXISTS public.left_behind (words text, bytes bytea, list json)")
    company.change("INSERT INTO public.left_behind VALUES ('a Hagebutte', '\\x486167656265757474', '[\"Hagebuche\"]')")
    try:
        found = found_in_tables(company, ["hagebutte", "Hagebeutt", "Hagebuche", "Hagedorn"])
    finally:
        company.change("DROP TABLE public.left_behind")
    assert found == {"hagebutte": ["public.left_behind.words"], "Hagebeutt": ["public.left_behind.bytes"],
                     "Hagebuche": ["public.left_behind.list"]}  # fmt: skip


def test_what_arrives_after_the_erasure_is_not_readable_either(life: CustomerHistory) -> None:
    company, story = life.company, life.story
    customer = story.customer("Quittenbaum")
    order = story.job(life.anna, story.case(customer), problem="Quittenbrot")
    phone = company.device(life.anna)
    phone.record("note_added", {"work_order": order, "text": "Quittenmus"}, ago(10))
    phone.record("note_whistled", {"work_order": order, "text": "Quittensaft"}, ago(9))
    company.admin.post(f"customers/{customer}/erase")
    results = phone.sync().results
    assert [result["status"] for result in results] == ["applied", "quarantined"]
    words = ["Quittenbaum", "Quittenbrot", "Quittenmus", "Quittensaft"]
    last = time() + 20  # the keys are destroyed by the worker, which is woken up by what arrives
    while any(word in everything_readable(company) for word in words) and time() < last:
        sleep(0.1)
    text = everything_readable(company)
    assert [word for word in words if word in text] == []
    assert found_in_tables(company, words) == {}
    assert [view["name"] for view in company.verified() if not view["equal"]] == []

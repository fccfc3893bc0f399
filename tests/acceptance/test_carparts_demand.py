"""Four years of spare parts used from twenty vans, sent in random order: every balance is as expected.

How the sales become uses stands in `tests/support/carparts.py`.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest

from domain.stock.location import VIRTUAL
from tests.support.carparts import FILLED, TECHNICIANS, Use, is_short, named, needed, uses_of
from tests.support.company import Company, Technician
from tests.support.concurrent_commands import Command, give_all, upload
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json, OfficeClient
from tests.support.real_data import rows_of
from tests.support.story import used


class Vans(NamedTuple):
    """The uses, the technicians' work orders, and the results of the pushes."""

    company: Company
    uses: list[Use]
    crew: list[Technician]
    keeper: OfficeClient
    results: list[Json]


def job(use: Use) -> str:
    """The work order of a technician's month."""
    return named("job", (use.technician, use.at.strftime("%Y-%m")))


def jobs(uses: list[Use], crew: list[Technician], customer: str) -> list[list[Command]]:
    """The office's commands that create a work order for each technician and month."""
    by_id = {job(use): use.technician for use in uses}
    return [
        [
            Command("work-orders", {"id": order, "customer": customer, "occurred_at": FILLED.isoformat()}),
            Command(f"work-orders/{order}/assign", {"technician": crew[number].id}),
        ]
        for order, number in by_id.items()
    ]


def catalogue(uses: list[Use], warehouse: str) -> list[list[Command]]:
    """The stock keeper's commands: each part, and its receipt from the supplier."""
    bought: Counter[str] = Counter()
    for (part, _), quantity in needed(uses).items():
        bought[part] += quantity
    sequences = []
    for part, quantity in bought.items():
        names = [{"language": "en", "text": f"Car part {part}"}]
        added = {"id": named("part", part), "number": part, "names": names, "unit": "piece"}
        sequence = [Command("parts", added | {"occurred_at": FILLED.isoformat()})]
        if not is_short(part):
            receipt = {"kind": "receipt", "part": named("part", part), "quantity": str(quantity), "to": warehouse}
            sequence.append(Command("stock-movements", receipt | {"occurred_at": FILLED.isoformat()}))
        sequences.append(sequence)
    return sequences


@pytest.fixture(scope="module")
def vans(request: pytest.FixtureRequest) -> Vans:
    uses = list(uses_of(rows_of("carparts_demand.csv")))
    company: Company = request.getfixturevalue("company")
    random = Random(51)
    keeper, dispatcher = company.desk("stock_keeper"), company.desk("dispatcher", "agent")
    place = {"kind": "warehouse", "name": "Warehouse", "occurred_at": FILLED.isoformat()}
    warehouse = keeper.post("locations", place)["id"]
    crew = [company.hire(f"Technician {number}", since=FILLED) for number in range(TECHNICIANS)]
    customer = dispatcher.post("customers", {"name": "The fleet"})["id"]
    give_all(dispatcher, jobs(uses, crew, customer))
    give_all(keeper, catalogue(uses, warehouse))

    phones = [HttpDevice(company.url, company.code(person)) for person in crew]
    store = HttpDevice(company.url, company.code(company.hire("Storekeeper")))
    outboxes: dict[HttpDevice, list[Json]] = {device: [] for device in [*phones, store]}
    random.shuffle(uses)
    facts = [(use.technician, "part_used", used(job(use), crew[use.technician].van, named("part", use.part),
                                               str(use.quantity)), use.at) for use in uses]  # fmt: skip
    for (part, number), quantity in needed(uses).items():
        if not is_short(part):
            moved = {"part": named("part", part), "quantity": str(quantity), "serials": []}
            there, here = {"location": warehouse}, {"location": crew[number].van}
            sent = moved | there | {"counterparty": crew[number].van}
            outboxes[store].append(store.operation("part_sent", sent, FILLED))
            facts.append((number, "part_received", moved | here | {"counterparty": warehouse}, FILLED))
    random.shuffle(facts)
    for number, kind, data, at in facts:
        outboxes[phones[number]].append(phones[number].operation(kind, data, at))
    results = upload(outboxes, random, late=[store, *random.sample(phones, 3)])
    keeper.position = max(max(result["positions"]) for result in results)
    return Vans(company, uses, crew, keeper, results)


def test_every_use_is_recorded_once(vans: Vans) -> None:
    assert {result["status"] for result in vans.results} == {"applied"}
    assert len({result["id"] for result in vans.results}) == len(vans.results)
    movements = Counter(movement["kind"] for movement in vans.keeper.every("stock-movements"))
    assert movements["consumption"] == len(vans.uses) == 15_993
    assert (
        movements["transfer_out"]
        == movements["transfer_in"]
        == sum(not is_short(part) for part, _ in needed(vans.uses))
    )


def test_consumption_by_part_is_the_sum_of_its_row(vans: Vans) -> None:
    sums: Counter[str] = Counter()
    for use in vans.uses:
        sums[named("part", use.part)] += use.quantity
    used_up = {line["part"]: int(line["on_hand"]) for line in vans.keeper.every("stock", location=VIRTUAL["customer"])}
    assert used_up == sums
    assert (len(used_up), sum(used_up.values())) == (1_255, 32_477)


def test_the_books_of_the_vans_end_at_nothing_or_short_by_what_nobody_had_brought(vans: Vans) -> None:
    lines = list(vans.keeper.every("stock"))
    numbers = {person.van: number for number, person in enumerate(vans.crew)}
    books = {
        (line["part"], numbers[line["location"]]): Decimal(line["on_hand"])
        for line in lines
        if line["location"] in numbers
    }
    assert books == {
        (named("part", part), number): Decimal(-quantity if is_short(part) else 0)
        for (part, number), quantity in needed(vans.uses).items()
    }
    assert {line["on_hand"] for line in lines if line["location"] not in numbers} == {"0"}


def test_nothing_comes_from_nowhere(vans: Vans) -> None:
    lines = list(vans.keeper.every("stock"))
    for place in ("supplier", "transit", "customer"):
        lines += vans.keeper.every("stock", location=VIRTUAL[place])
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line["part"]] = sums.get(line["part"], Decimal(0)) + Decimal(line["on_hand"])
    assert (len(sums), set(sums.values())) == (1_255, {Decimal(0)})


def test_every_negative_book_is_an_open_discrepancy_and_nothing_else_is(vans: Vans) -> None:
    found = Counter(
        (one["kind"], one["refs"]["part"], one["refs"]["location"])
        for one in vans.keeper.every("discrepancies", open="true")
    )
    assert found == Counter(
        ("negative_book", named("part", part), vans.crew[number].van)
        for part, number in needed(vans.uses)
        if is_short(part)
    )


def test_the_views_are_what_the_log_says(vans: Vans) -> None:
    assert [view["name"] for view in vans.company.verified() if not view["equal"]] == []

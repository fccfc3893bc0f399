"""Issue 8, 26: one record sealed under a master key that is not here stops neither views nor held operations."""

from __future__ import annotations

from uuid import UUID

import pytest

from store.erasure import Erasure
from store.master_keys import MasterKeyMissingError
from sync.holding import TRIES
from tests.api.conftest import House
from tests.support.api_steps import customer, items, read
from tests.support.erasing import erased
from tests.support.held_operations import Company


def lock(house: House, person: str) -> None:
    """Say that a person's key is wrapped under a master key that nobody has."""
    house.services.log.body_mapper.keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = 'unknown' WHERE person = %s RETURNING person", (person,)
    )


def unlock(house: House, person: str) -> None:
    """The master key is here again."""
    house.services.log.body_mapper.keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = NULL WHERE person = %s RETURNING person", (person,)
    )


def test_the_views_park_the_record_and_go_on(house: House) -> None:
    locked, stays = customer(house, name="Erika"), customer(house, name="Otto")
    lock(house, locked)
    with pytest.raises(MasterKeyMissingError):
        house.services.log.body_mapper.keyring.opening_keys([UUID(locked)])

    house.catch_up()

    assert read(house, f"customers/{stays}")["name"] == "Otto"
    rows = house.services.log.pool.fetch_all("SELECT view, error FROM log.parked_events")
    assert "customers" in {view for view, _ in rows}
    assert {error.split(" ")[0] for _, error in rows} == {"MasterKeyMissingError"}
    assert '"degraded"' in house.get("/ready").text


def test_a_held_operation_that_cannot_be_opened_keeps_no_other_waiting(house: House) -> None:
    """It stays held, whatever is tried, and is decided when the key is here again."""
    company = Company(house)
    bad = company.held("bad")
    good = company.held("good", company.second)
    company.arrive()
    house.catch_up()
    lock(house, bad["id"])

    assert company.settle(times=TRIES + 1) == 1

    assert company.texts() == ["It has come.", "good"]
    assert {item["operation"]: item["status"] for item in company.operations()}[good["id"]] == "applied"
    unlock(house, bad["id"])
    company.house.services.holding._all_at = None  # half a minute later
    assert company.settle(times=TRIES + 1) == 1
    assert company.texts()[-1] == "bad"


def test_somebody_whose_key_cannot_be_opened_can_be_erased_beside_others(house: House) -> None:
    locked, other = customer(house, name="Erika"), customer(house, name="Otto")
    lock(house, locked)
    erased(house.services.log, UUID(other))

    Erasure(house.services.log).catch_up()
    house.catch_up()

    assert {row["name"] for row in items(house, "customers") if row["id"] == other} == {None}

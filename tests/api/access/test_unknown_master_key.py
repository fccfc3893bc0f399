"""Issue 8, 26: one record sealed under a master key that is not here stops neither views nor held operations."""

from __future__ import annotations

from uuid import UUID

import pytest

from store.erasure import Erasure
from store.master_keys import MasterKeyMissingError
from sync.holding import TRIES
from tests.api.conftest import ApiClient
from tests.support.api_steps import customer, items, read
from tests.support.erasing import erased
from tests.support.held_operations import Company


def lock(api: ApiClient, person: str) -> None:
    """Say that a person's key is wrapped under a master key that nobody has."""
    api.services.log.body_mapper.keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = 'unknown' WHERE person = %s RETURNING person", (person,)
    )


def unlock(api: ApiClient, person: str) -> None:
    """The master key is here again."""
    api.services.log.body_mapper.keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = NULL WHERE person = %s RETURNING person", (person,)
    )


def test_the_views_park_the_record_and_go_on(api: ApiClient) -> None:
    locked, stays = customer(api, name="Erika"), customer(api, name="Otto")
    lock(api, locked)
    with pytest.raises(MasterKeyMissingError):
        api.services.log.body_mapper.keyring.opening_keys([UUID(locked)])

    api.catch_up()

    assert read(api, f"customers/{stays}")["name"] == "Otto"
    rows = api.services.log.pool.fetch_all("SELECT view, error FROM log.parked_events")
    assert "customers" in {view for view, _ in rows}
    assert {error.split(" ")[0] for _, error in rows} == {"MasterKeyMissingError"}
    assert '"degraded"' in api.get("/ready").text


def test_a_held_operation_that_cannot_be_opened_keeps_no_other_waiting(api: ApiClient) -> None:
    """It stays held, whatever is tried, and is decided when the key is here again."""
    company = Company(api)
    bad = company.held("bad")
    good = company.held("good", company.second)
    company.arrive()
    api.catch_up()
    lock(api, bad["id"])

    assert company.settle(times=TRIES + 1) == 1

    assert company.texts() == ["It has come.", "good"]
    assert {item["operation"]: item["status"] for item in company.operations()}[good["id"]] == "applied"
    unlock(api, bad["id"])
    company.api.services.holding._all_at = None  # half a minute later
    assert company.settle(times=TRIES + 1) == 1
    assert company.texts()[-1] == "bad"


def test_somebody_whose_key_cannot_be_opened_can_be_erased_beside_others(api: ApiClient) -> None:
    locked, other = customer(api, name="Erika"), customer(api, name="Otto")
    lock(api, locked)
    erased(api.services.log, UUID(other))

    Erasure(api.services.log).catch_up()
    api.catch_up()

    assert {row["name"] for row in items(api, "customers") if row["id"] == other} == {None}

"""A location is registered once, retired once, and a van has one custodian at a time."""

from typing import get_args
from uuid import UUID, uuid4

import pytest

from domain.kernel.problem import BadInput
from domain.stock.location import (
    ONLY_ONE,
    VIRTUAL,
    Location,
    LocationIsRetired,
    LocationKind,
    NotAVan,
    ThereIsOnlyOne,
    is_bin,
)
from tests.support.given_when_then import given, then

ANNA, BEN = uuid4(), uuid4()


def van() -> Location:
    return Location.register(id=uuid4(), kind="van", name="Van 7")


def test_a_registered_location_says_what_it_is_and_where() -> None:
    site = uuid4()

    store = Location.register(id=uuid4(), kind="site", name="Cellar", site=site)

    assert then(store) == [("location.registered", {"kind": "site", "name": "Cellar", "site": site})]
    assert not store.is_retired()


def test_a_location_at_a_customer_names_the_site() -> None:
    with pytest.raises(BadInput) as refusal:
        Location.register(id=uuid4(), kind="site", name="Cellar")

    assert refusal.value.errors[0]["pointer"] == "/site"


def test_only_what_is_counted_can_have_a_negative_book() -> None:
    assert {kind for kind in get_args(LocationKind) if is_bin(kind)} == {"warehouse", "van", "quarantine"}


def test_the_well_known_locations_have_the_same_ids_for_ever() -> None:
    assert {
        "transit": UUID("bf7847f7-b58c-5a5f-ba16-a1866736aa1c"),
        "supplier": UUID("184a8c49-7a35-5145-baa7-a6ad76ac10a5"),
        "customer": UUID("329fced3-4113-5447-849e-40b847e21e2d"),
        "scrap": UUID("c5fd8b00-68a9-5e07-93a6-5a2c82c82af8"),
        "quarantine": UUID("2d2b4bdc-374d-5005-beb0-3aa154612c4b"),
        "unexplained": UUID("36dd28ad-f6a3-52e6-be2d-83288b87b549"),
    } == VIRTUAL


@pytest.mark.parametrize("kind", sorted(ONLY_ONE))
def test_of_a_location_that_is_only_in_the_books_there_is_one(kind: LocationKind) -> None:
    with pytest.raises(ThereIsOnlyOne):
        Location.register(id=uuid4(), kind=kind, name="Another")

    assert Location.register(id=VIRTUAL[kind], kind=kind, name="The one").kind == kind


def test_there_may_be_several_places_in_quarantine() -> None:
    assert Location.register(id=uuid4(), kind="quarantine", name="Shelf for cores").kind == "quarantine"


def test_a_van_goes_from_one_custodian_to_the_next() -> None:
    seven = given(van(), lambda it: it.take_custody(ANNA))

    seven.take_custody(BEN)

    assert then(seven) == [("location.custody_taken", {"technician": BEN, "previous": ANNA})]
    assert seven.in_custody_of(BEN)
    assert not seven.in_custody_of(ANNA)


def test_taking_a_van_that_is_already_theirs_changes_nothing() -> None:
    seven = given(van(), lambda it: it.take_custody(ANNA))

    seven.take_custody(ANNA)

    assert then(seven) == []


def test_only_a_van_is_taken_into_custody() -> None:
    store = Location.register(id=uuid4(), kind="warehouse", name="Main")

    with pytest.raises(NotAVan):
        store.take_custody(ANNA)


def test_a_retired_van_is_not_taken_into_custody() -> None:
    seven = given(van(), Location.retire)

    with pytest.raises(LocationIsRetired):
        seven.take_custody(ANNA)


def test_a_location_is_retired_once() -> None:
    seven = given(van())

    seven.retire()
    seven.retire()

    assert then(seven) == [("location.retired", {})]
    assert seven.is_retired()


def test_a_location_of_the_books_is_never_retired() -> None:
    quarantine = Location.register(id=VIRTUAL["quarantine"], kind="quarantine", name="Quarantine")

    with pytest.raises(ThereIsOnlyOne):
        quarantine.retire()

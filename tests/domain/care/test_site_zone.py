"""The zone of a place: its country, its region or its postcode decide, or a person does."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from domain.care.postal_zones import POSTCODES, REGIONS
from domain.care.site_zone import ZoneUndecided, zone_of_address, zone_of_place, zones_of_country
from domain.kernel.problem import BadInput


@pytest.mark.parametrize(
    ("country", "region", "postcode", "zone"),
    [
        ("DE", None, None, "Europe/Berlin"),
        ("de", None, "78266", "Europe/Berlin"),
        ("JP", None, None, "Asia/Tokyo"),
        ("AR", None, None, "America/Argentina/Buenos_Aires"),
        ("ES", None, "35003", "Atlantic/Canary"),
        ("ES", None, "38 001", "Atlantic/Canary"),
        ("ES", None, "28013", "Europe/Madrid"),
        ("ES", "GC", None, "Atlantic/Canary"),
        ("ES", "ES-TF", None, "Atlantic/Canary"),
        ("ES", None, "51001", "Africa/Ceuta"),
        ("PT", None, "9000-082", "Atlantic/Madeira"),
        ("PT", None, "9500-321", "Atlantic/Azores"),
        ("PT", None, "1100-148", "Europe/Lisbon"),
        ("FR", None, "97400", "Indian/Reunion"),
        ("FR", None, "75001", "Europe/Paris"),
        ("FR", None, None, "Europe/Paris"),
        ("US", "CA", None, "America/Los_Angeles"),
        ("US", None, "10001", "America/New_York"),
        ("US", "TX", "79901", "America/Denver"),
        ("US", "TX", "75201", "America/Chicago"),
        ("US", None, "96813", "Pacific/Honolulu"),
        ("CA", None, "M5V 2T6", "America/Toronto"),
        ("CA", "MB", None, "America/Winnipeg"),
        ("AU", "QLD", None, "Australia/Brisbane"),
        ("AU", None, "6000", "Australia/Perth"),
        ("BR", None, "01310-100", "America/Sao_Paulo"),
        ("BR", "MT", None, "America/Cuiaba"),
        ("NZ", None, "8942", "Pacific/Chatham"),
        ("DK", None, "3900", "America/Nuuk"),
    ],
)
def test_country_region_and_postcode_decide(country: str, region: str | None, postcode: str | None, zone: str) -> None:
    """Issue 9, 9: a site in the Canary Islands has their zone, and so has any other place its own."""
    assert zone_of_place(country, region=region, postcode=postcode).zone == zone


@pytest.mark.parametrize(
    ("country", "region", "postcode"),
    [("ES", None, None), ("US", "TX", None), ("US", "FL", "32401"), ("PT", None, None), ("RU", None, None)],
)
def test_where_nothing_decides_the_candidates_are_named(country: str, region: str | None, postcode: str | None) -> None:
    with pytest.raises(ZoneUndecided) as refused:
        zone_of_place(country, region=region, postcode=postcode)
    [error] = refused.value.errors
    assert error["pointer"] == "/zone"
    assert all(zone in error["detail"] for zone in zones_of_country(country))


@pytest.mark.parametrize("country", ["", "XX", "Spain", "ESP", "E\u0301S"])
def test_what_is_no_country_is_said(country: str) -> None:
    with pytest.raises(BadInput, match="ISO 3166"):
        zone_of_place(country)


@pytest.mark.parametrize(
    ("address", "zone", "basis"),
    [
        ("Calle Triana 12, 35002 Las Palmas de Gran Canaria, Spain", "Atlantic/Canary", "address"),
        ("Calle Mayor 3\n28013 Madrid\nESPAÑA", "Europe/Madrid", "address"),
        ("Rua da Carreira 9, 9000-042 Funchal, Portugal", "Atlantic/Madeira", "address"),
        ("1 Chome, Tokyo, Japan", "Asia/Tokyo", "address"),
        ("Calle 3, Las Palmas, Spain", "Europe/Madrid", "assumed"),
        ("12345 Main St, Las Vegas, NV 89101, USA", "America/Los_Angeles", "address"),
        ("Lindenallee 12, 14050 Berlin", "Europe/Berlin", "assumed"),
        ("Hauptstraße 1, 8010 Graz, Österreich", "Europe/Vienna", "address"),
        ("Springfield, CA", "Europe/Berlin", "assumed"),
        ("Spain", "Europe/Berlin", "assumed"),
    ],
)
def test_an_address_that_ends_with_its_country_has_a_zone(address: str, zone: str, basis: str) -> None:
    assert zone_of_address(address, "Europe/Berlin") == (zone, basis)


def test_the_company_s_own_zone_is_assumed_where_the_country_has_it() -> None:
    assert zone_of_address("Calle 3, Las Palmas, Spain", "Atlantic/Canary") == ("Atlantic/Canary", "assumed")


def test_all_zones_of_the_tables_are_there() -> None:
    named = {zone for table in (POSTCODES, REGIONS) for zones in table.values() for zone in zones}
    assert named <= available_timezones()

"""The time zone of a place: what its country, region and postcode decide, or its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from domain.care.postal_zones import POSTCODES, REGIONS
from domain.kernel.bad_input import bad_member
from domain.kernel.problem import Kind, Problem

ZoneBasis = Literal["given", "country", "region", "postcode", "address", "assumed"]
"""What a zone was taken from: the request itself, what it says of the place, or nothing (then it is assumed)."""

_OWN_NAMES: Final = {
    "deutschland": "DE",
    "germany": "DE",
    "österreich": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "svizzera": "CH",
    "españa": "ES",
    "espagne": "ES",
    "spanien": "ES",
    "francia": "FR",
    "frankreich": "FR",
    "italia": "IT",
    "italien": "IT",
    "polska": "PL",
    "polen": "PL",
    "nederland": "NL",
    "niederlande": "NL",
    "the netherlands": "NL",
    "belgië": "BE",
    "belgique": "BE",
    "belgien": "BE",
    "danmark": "DK",
    "sverige": "SE",
    "norge": "NO",
    "suomi": "FI",
    "brasil": "BR",
    "méxico": "MX",
    "uk": "GB",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "usa": "US",
    "united states of america": "US",
    "czechia": "CZ",
    "česko": "CZ",
    "new zealand": "NZ",
    "türkiye": "TR",
    "turkey": "TR",
}
"""Names of countries that people write at the end of an address, beside the English ones of ISO 3166."""
_POSTCODE: Final = re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d|\b\d{4,5}(?:-\d{3,4})?\b", re.IGNORECASE)
_SAMPLED: Final = tuple(datetime(y, m, d, tzinfo=UTC) for y, m, d in product(range(2025, 2030), range(1, 13), (1, 15)))


class ZoneUndecided(Problem):
    """The place can be in several zones; give the right one as `zone`."""

    kind = Kind.UNPROCESSABLE


class PlaceZone(NamedTuple):
    """A zone, and what it was taken from, where that is known."""

    zone: str
    basis: ZoneBasis | None


def zone_of_place(country: str, *, region: str | None = None, postcode: str | None = None) -> PlaceZone:
    """The zone at a place in a country (ISO 3166-1, two letters), which region and postcode may decide.

    Raises `BadInput` where there is no such country, `ZoneUndecided` with the `candidates` where several are possible.
    """
    country = country.upper()
    candidates = zones_of_country(country)
    if not candidates:
        raise bad_member("/country", "A country is written as its two letters of ISO 3166, like ES.")
    decided = _decided(country, region, postcode)
    if decided is not None:
        return decided
    if len(candidates) == 1:
        return PlaceZone(candidates[0], "country")
    detail = f"Country, region and postcode leave several zones; give the right one as `zone`: {', '.join(candidates)}."
    raise ZoneUndecided.of_member("/zone", detail, candidates=list(candidates))


def zone_of_address(address: str, company: str) -> PlaceZone:
    """The zone of an address that ends with its country, else that of the company.

    Where the country has several and the postcode does not decide, it is the company's if that is one of them, else
    the one with the most people. `basis` is `assumed` for what the address does not decide.
    """
    country = _country_in(address)
    if country is None:
        return PlaceZone(company, "assumed")
    for postcode in reversed(_POSTCODE.findall(address)):
        if (decided := _decided(country, None, postcode)) is not None:
            return PlaceZone(decided.zone, "address")
    candidates = zones_of_country(country)
    if len(candidates) == 1:
        return PlaceZone(candidates[0], "address")
    return PlaceZone(company if company in candidates or not candidates else candidates[0], "assumed")


@cache
def zones_of_country(country: str) -> tuple[str, ...]:
    """The zones of a country that differ from each other in these years, as the tz database orders them."""
    found: dict[tuple[object, ...], str] = {}
    for zone in _zones().get(country, ()):
        place = ZoneInfo(zone)
        found.setdefault(tuple(instant.astimezone(place).utcoffset() for instant in _SAMPLED), zone)
    return tuple(found.values())


def _decided(country: str, region: str | None, postcode: str | None) -> PlaceZone | None:
    code = re.sub(r"[\s-]", "", postcode or "").upper()
    for known in (code[:length] for length in range(len(code), 0, -1)):
        if (zone := _by_postcode(country).get(known)) is not None:
            return PlaceZone(zone, "postcode")
    part = (region or "").upper().removeprefix(f"{country}-")
    for zone, regions in REGIONS.get(country, {}).items():
        if part in regions.split():
            return PlaceZone(zone, "region")
    return None


@cache
def _by_postcode(country: str) -> dict[str, str]:
    """The zone of each beginning of a postcode."""
    return {
        start: zone
        for zone, ranges in POSTCODES.get(country, {}).items()
        for written in ranges.split()
        for start in _starts(written)
    }


def _starts(written: str) -> Iterator[str]:
    first, _, last = written.partition("-")
    letters = first.rstrip("0123456789")
    digits = first[len(letters) :]
    if not last:
        yield first
        return
    for number in range(int(digits), int(last.removeprefix(letters)) + 1):
        yield f"{letters}{number:0{len(digits)}d}"


def _country_in(address: str) -> str | None:
    """The country that an address names as the last of its lines or of the parts between commas."""
    parts = [part.strip(" .").casefold() for part in re.split(r"[,;\n]", address) if part.strip(" .")]
    if len(parts) < 2:  # noqa: PLR2004 - a lone word is no address with a country
        return None
    if re.fullmatch("[a-z]{2}", parts[-1]) and parts[-1].upper() in _zones() and parts[-1] not in _US_WORDS:
        return parts[-1].upper()
    return _names().get(parts[-1])


_US_WORDS: Final = frozenset(state.casefold() for states in REGIONS["US"].values() for state in states.split())
"""Two letters that end an American address without its country."""


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """The zones of each country, as the tz database has them."""
    found: dict[str, tuple[str, ...]] = {}
    for country, _, zone in _table("zone.tab"):
        found[country] = (*found.get(country, ()), zone)
    return found


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): country for country, name in _table("iso3166.tab")} | _OWN_NAMES


def _table(name: str) -> Iterator[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            columns = line.split("\t")
            yield columns[: 2 if name.startswith("iso") else 3]

"""The country of a time zone, for telephone numbers that are written without a country code."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def region_of(zone: str) -> str | None:
    """The country (ISO 3166, two letters) of an IANA zone, the first where there are several; `None` for none."""
    for line in files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if not line.startswith("#") and columns[2] == zone:
            return columns[0].partition(",")[0]
    return None

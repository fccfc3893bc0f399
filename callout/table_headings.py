"""The headings of a table of stock, with the synonyms that other systems use."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

from callout.import_entry import BadLine

NEEDED: Final = ("number", "name", "unit")
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "number": (
        "part number",
        "part no", "part", "partno", "pn", "sku", "item", "item number", "item no", "item code", "article",
        "article number", "article no", "code", "mpn", "artikel", "artikelnummer", "artikelnr", "artikel nr", "art nr",
        "teilenummer", "teilenr", "nummer", "no",
    ),
    "name": (
        "part name", "item name", "description", "item description", "title", "product", "product name", "designation",
        "bezeichnung", "benennung", "beschreibung", "artikelbezeichnung",
    ),
    "unit": ("uom", "unit of measure", "units", "measure", "einheit", "mengeneinheit", "me"),
    "language": ("lang", "sprache"),
    "tracking": ("tracked by", "tracked", "verfolgung"),
    "criticality": ("ved", "criticality class", "kritikalitaet", "kritikalität"),
    "cost": ("cost cents", "cost in cents", "unit cost cents", "kosten cent", "einstandspreis cent"),
    "unit_cost": (
        "price", "unit price", "purchase price", "buying price", "cost price", "cost eur", "einstandspreis", "ek",
        "preis", "kosten", "stückpreis", "stueckpreis",
    ),
    "currency": ("curr", "cur", "waehrung", "währung"),
    "location": (
        "warehouse", "place", "bin location", "stock location", "store", "van", "lagerort", "lager", "ort", "standort",
    ),
    "quantity": (
        "qty", "amount", "on hand", "onhand", "quantity on hand", "stock", "in stock", "count", "menge", "bestand",
        "lagerbestand", "anzahl",
    ),
    "as_of": ("date", "as of date", "stock date", "count date", "counted on", "stichtag", "datum"),
    "reason": ("reason refused",),
}  # fmt: skip
"""Every name of a column with its other spellings; capitals, blanks, dots, hyphens and underscores do not matter.

`reason` is the last column of a rejects file, which is passed over.
"""


def columns_of(headings: list[str], line: int) -> list[str]:
    """The names of the columns, in order; raises `BadLine` for headings that are not known, twice there, or missing."""
    known = {plain(spelling): name for name, others in SYNONYMS.items() for spelling in (name, *others)}
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    columns = [known.get(plain(heading), "") for heading in headings]
    unknown = sorted(heading.strip() for heading, name in zip(headings, columns, strict=True) if not name)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    missing = sorted(set(NEEDED) - set(columns))
    if unknown or twice or missing:
        wrong = [("missing", missing), ("unknown", unknown), ("twice there", twice)]
        details = "; ".join(f"{what}: {', '.join(names)}" for what, names in wrong if names)
        raise BadLine(f"line {line} names the columns, some or all of {', '.join(list(SYNONYMS)[:-1])}; {details}")
    return columns


def plain(heading: str) -> str:
    """A heading in normal form: case folded, separators as single blanks."""
    return re.sub(r"[\W_]+", " ", normalize("NFKC", heading).casefold()).strip()

"""The SQL queries of a search."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final, NamedTuple, TypedDict
from uuid import UUID

from projections.engine.reader import Reader
from projections.lookup.search_terms import Alternative, Probe, asked

_NOTHING: Final = "SELECT NULL::uuid AS thing, 0 AS rank WHERE false"
_WORSE: Final = 3
"""The rank of a thing that has only a prefix of what was asked for."""


class FoundRow(TypedDict):
    """A thing that a question may mean; the lower its rank, the better it fits."""

    rank: Annotated[int, "0 a number, 1 a telephone, 2 all words, 3 how they begin."]
    kind: str
    id: UUID
    name: str | None
    number: Annotated[str | None, "Its number or serial."]
    customer: UUID | None
    merged_into: UUID | None
    position: int


def found(
    reader: Reader,
    question: str,
    *,
    region: str | None,
    kinds: Collection[str],
    limit: int,
    after: tuple[int, str, UUID] | None = None,
) -> list[FoundRow]:
    """At most `limit` things of these kinds that a question may mean, the best first, those behind `after`."""
    statement, values = hits(question, region)
    return reader.rows(
        FoundRow,
        f"""
        SELECT * FROM (
            SELECT min(h.rank) AS rank, e.kind, e.id, e.name, e.number, e.customer, e.merged_into, e.position
            FROM ({statement}) AS h JOIN search_entries e ON e.id = h.thing
            WHERE e.kind = ANY(%(kinds)s)
            GROUP BY e.kind, e.id, e.name, e.number, e.customer, e.merged_into, e.position
        ) AS found
        WHERE (%(after)s IS NULL OR (rank, kind, id) > %(after)s)
        ORDER BY rank, kind, id
        LIMIT %(limit)s
        """,  # noqa: S608 - made of fixed text, with values apart
        {"kinds": list(kinds), "limit": limit, "after": after, **values},
    )


class Like(NamedTuple):
    """An SQL condition on the table `customers`, with its values."""

    condition: str
    values: dict[str, Any]


EVERYBODY: Final = Like("true", {})


def containing(words: str) -> Like:
    """Customers with a name, e-mail, telephone or address that contains these words, in any case."""
    condition = """
          (strpos(lower(concat_ws(E'\\n', name, email)), lower(%(words)s)) > 0
            OR EXISTS (
              SELECT FROM json_array_elements_text(coalesce(phones::json, '[]')) AS phone
              WHERE strpos(lower(phone), lower(%(words)s)) > 0
            )
            OR EXISTS (
              SELECT FROM sites
              WHERE sites.customer = customers.id AND strpos(lower(sites.address), lower(%(words)s)) > 0
            ))
    """
    return Like(condition, {"words": words})


def found_by(words: str, region: str | None) -> Like:
    """The same, and customers found by the words in any spelling, themselves or by one of their sites.

    `region` is the country of telephone numbers without one.
    """
    statement, values = hits(words, region)
    so = containing(words)
    condition = f"""
          ({so.condition} OR id IN (
              SELECT e.person FROM ({statement}) AS h JOIN search_entries e ON e.id = h.thing
              WHERE e.kind IN ('customers', 'sites')
          ))
    """  # noqa: S608 - made of fixed text, with values apart
    return Like(condition, {**so.values, **values})


def hits(question: str, region: str | None) -> tuple[str, dict[str, Any]]:
    """SQL with the columns `thing` and `rank` (lower is better), and its values; a thing may have several rows.

    An id finds its own thing.
    """
    values: dict[str, Any] = {}
    parts = [_alternative(each, values) for each in asked(question, region)]
    try:
        values["asked_id"] = UUID(question.strip())
        parts.append("SELECT id AS thing, 0 AS rank FROM search_entries WHERE id = %(asked_id)s")
    except ValueError:
        pass
    return " UNION ALL ".join(parts) or _NOTHING, values


def _alternative(way: Alternative, values: dict[str, Any]) -> str:
    terms = [f"({_term(probes, values)}) AS t{place}" for place, probes in enumerate(way.terms)]
    joined = terms[0] + "".join(f" JOIN {term} USING (thing)" for term in terms[1:])
    whole = " AND ".join(f"t{place}.whole" for place in range(len(terms)))
    return f"SELECT thing, CASE WHEN {whole} THEN {way.rank} ELSE {_WORSE} END AS rank FROM {joined}"  # noqa: S608 - no value


def _term(probes: tuple[Probe, ...], values: dict[str, Any]) -> str:
    """Things with one of these terms, and whether the whole term matches."""
    spans, wholes = [], []
    for probe in probes:
        low, high = f"b{len(values)}", f"b{len(values) + 1}"
        values |= {low: probe.low, high: probe.high}
        spans.append(f"term >= %({low})s AND term < %({high})s")
        wholes.append(f"%({low})s")
    return (
        f"SELECT thing, bool_or(term IN ({', '.join(wholes)})) AS whole FROM search_terms"  # noqa: S608 - no value
        f" WHERE {' OR '.join(spans)} GROUP BY thing"
    )

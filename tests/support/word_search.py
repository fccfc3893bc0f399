"""Searches for words in every column of every table of a database, whatever its type."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.company import Company

COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname <> 'information_schema' AND (n.nspname <> 'pg_catalog' OR c.relname = 'pg_largeobject')
    AND n.nspname NOT LIKE 'pg_toast%%'
ORDER BY 1, 2, a.attnum
"""


def columns(company: Company) -> list[tuple[str, str, str, str]]:
    """Schema, table, column and type of every column of every table."""
    return [(schema, table, column, kind) for schema, table, column, kind in company.rows(COLUMNS)]


def found_in_tables(company: Company, words: Iterable[str]) -> dict[str, list[str]]:
    """Each word that occurs, with its columns: as text in any case, or as bytes."""
    wanted = {word: word.lower() for word in words}
    found: dict[str, list[str]] = {}
    for schema, table, column, kind in columns(company):
        name = f'"{column}"'
        text = f"encode({name}, 'escape')" if kind == "bytea" else f"{name}::text"
        rows = company.rows(f'SELECT lower({text}) FROM "{schema}"."{table}" WHERE {name} IS NOT NULL')  # noqa: S608
        everything = "\n".join(value for (value,) in rows)
        for word, lower in wanted.items():
            if lower in everything:
                found.setdefault(word, []).append(f"{schema}.{table}.{column}")
    return found

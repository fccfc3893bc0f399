"""The statements that append to the log, each one call."""

from __future__ import annotations

from typing import Final

APPEND: Final = (
    "SELECT outcome, base, recorded FROM log.append(%s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::integer[])"
)
APPEND_SIGNED: Final = f"""
WITH done AS MATERIALIZED ({APPEND}), kept AS (
    INSERT INTO log.signed_texts (operation, content_hash, signature, persons, key_ids, sealed)
    SELECT s.operation, s.content_hash, s.signature, s.persons::uuid[], s.key_ids::text[], s.sealed
    FROM done, json_to_recordset(%s) AS s(
        operation uuid, content_hash text, signature text, persons text, key_ids text, sealed text
    )
    WHERE done.outcome = 'recorded'
    ON CONFLICT DO NOTHING
)
SELECT outcome, base, recorded FROM done
"""  # noqa: S608 - the statement above
"""The same, and store the signed texts if it is recorded."""


def holding(statement: str) -> str:
    """The same statement, and hold or release the events' unique keys if it is recorded."""
    return f"""
    WITH recording AS MATERIALIZED ({statement})
    SELECT outcome, base, recorded, CASE outcome WHEN 'recorded' THEN log.hold_keys(%s)::text END FROM recording
    """  # noqa: S608 - one of the statements above

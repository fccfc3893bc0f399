"""Operations that were put aside and lead to a customer who is erased: whose keys have to be destroyed as well.

Nothing here asks PostgreSQL to read JSON: what a device has sent may be text that it cannot read as such, and one such
record must not keep anybody's words readable. Members are found by how they are written: within a record the text
`"customer":"` can only be a member's name and the beginning of its value, since a quote inside a text is escaped.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
import structlog
from cryptography.exceptions import InvalidTag

from store.log import EventLog
from store.master_keys import MasterKeyMissingError
from store.recorded import Recorded

_PAGE: Final = 500
_ID: Final = re.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_PERSON: Final = re.compile('"person":"([0-9a-f-]{36})","sealed":')
_CLOSED: Final = (InvalidTag, MasterKeyMissingError)
"""What reading a record raises whose key is under another master key."""
_UNREADABLE: Final = (ValueError, LookupError, TypeError, msgspec.MsgspecError)
"""What reading a record that is damaged, or of a kind that is not known, raises."""

_log = structlog.get_logger(__name__)


class ErasedOperations:
    """Finds them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def between(self, after: int, through: int) -> Iterator[UUID]:
        """The ids under which the texts of such operations are sealed, as far as they were put aside in between.

        An operation that nobody can read leads to anybody: it is among them.
        """
        while True:
            rows = self._log.pool.fetch_all(
                """
                SELECT position, record FROM log.events
                WHERE topic IN ('device.operation_quarantined', 'device.operation_held')
                    AND position > %s AND position <= %s
                ORDER BY position
                LIMIT %s
                """,
                (after, through, _PAGE),
            )
            for (position, record), event in zip(rows, self._read([record for _, record in rows]), strict=True):
                yield from self._persons(event, record) if event else self._person(position, record)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def _read(self, records: list[str]) -> Sequence[Recorded | None]:
        """What these records hold, all of them or none."""
        try:
            return self._log.reader.read(records)
        except (*_CLOSED, *_UNREADABLE):
            return [None] * len(records)

    def _persons(self, event: Recorded, record: str) -> list[UUID]:
        """Under whose id the text of an operation is sealed, if it is still there and leads to somebody erased."""
        if event.data.body is None:
            return []
        own = event.data.operation
        named = {*(ids_in(_text_of(event)) - {own}), *event.data.refs}
        leads = self.lead_to_erased(named) or (self._is_alone(event) and self.lead_to_erased({own}))
        return _sealed_for(record) if leads else []

    def _is_alone(self, event: Recorded) -> bool:
        """Whether what was recorded under the operation's id can be of no other text."""
        row = self._log.pool.fetch_one(
            "SELECT count(DISTINCT content_hash) FROM log.operations WHERE id = %s", (str(event.data.operation),)
        )
        return not getattr(event.data, "contested", False) and (row is None or row[0] <= 1)

    def _person(self, position: int, record: str) -> list[UUID]:
        """The same for one record of which it is not known whether it can be read."""
        try:
            [event] = self._log.reader.read([record])
            return self._persons(event, record)
        except _CLOSED:  # its key is not under this master key; what stands beside the text can be read
            _log.exception("operation cannot be opened", position=position)
            return _sealed_for(record) if self.lead_to_erased(ids_in(record)) else []
        except _UNREADABLE:
            _log.exception("operation cannot be read", position=position)
            return _sealed_for(record)

    def lead_to_erased(self, ids: set[UUID]) -> bool:
        """Whether one of these ids is an erased customer, a site of one, or anything that was recorded about one."""
        row = self._log.pool.fetch_one(
            """
            WITH erased AS (SELECT stream, stream::text AS id FROM log.events WHERE topic = 'customer.erased')
            SELECT 1 FROM erased WHERE stream = ANY(%(ids)s::uuid[])
            UNION ALL
            SELECT 1 FROM log.events e JOIN erased USING (stream)
            WHERE e.topic = 'customer.site_added'
                AND substring(substr(e.record, e.body_at, e.body_length) FROM '"site":"([0-9a-f-]{36})"')
                    = ANY(%(ids)s)
            UNION ALL
            SELECT 1 FROM log.events e
            WHERE (e.stream = ANY(%(ids)s::uuid[]) OR e.operation_id = ANY(%(ids)s::uuid[]))
                AND EXISTS (
                    SELECT FROM
                        regexp_matches(substr(e.record, e.body_at, e.body_length), '"customer":"([0-9a-f-]{36})"', 'g')
                        AS named
                    WHERE named[1] IN (SELECT id FROM erased)
                )
            LIMIT 1
            """,
            {"ids": [str(id) for id in ids]},
        )
        return row is not None


def ids_in(text: str) -> set[UUID]:
    """Every id that stands in a text, with hyphens or without, its characters plain or escaped as JSON allows."""
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return {UUID(found) for found in _ID.findall(plain)}


def _text_of(event: Recorded) -> str:
    """What the operation says; bytes that are no UTF-8 are read one by one, which spells ids as they are."""
    if getattr(event.data, "encoding", "utf-8") == "base64":
        return b64decode(event.data.body).decode("latin-1")
    return str(event.data.body)


def _sealed_for(record: str) -> list[UUID]:
    found = _PERSON.search(record)
    return [UUID(found[1])] if found else []

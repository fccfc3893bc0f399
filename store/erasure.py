"""Erasure: once the event of an erasure is recorded, the keys of that person's data are destroyed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

import structlog
from eventsourcing.persistence import PersistenceError

from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from store.account_erasure import forget_account
from store.erased_operations import ErasedOperations
from store.errors import is_timeout, reason_of
from store.log import EventLog

FOLLOWER: Final = "erasure"
_PAGES: Final = 20

_log = structlog.get_logger(__name__)


class Erasure:
    """Follows the log with a tracking row of its own, which is moved only after the keys are destroyed.

    So it continues where it was interrupted, and running twice, or concurrently, changes nothing. First the keys of
    users, technicians and customers are destroyed, then those of entries that were merged into a customer's while the
    erasure was decided, and of contacts received before they were linked to the customer. Quarantined and held
    operations that name a customer by an id are followed separately, afterwards: see `store.erased_operations`.
    Records are searched as text.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._keyring = log.body_mapper.keyring
        self._operations = ErasedOperations(log)

    def catch_up(self, pages: int = _PAGES) -> int:
        """Destroy the keys that the log asks to destroy; returns their number.

        At most `pages` of quarantined and held operations are processed; their errors are logged, and the next call
        tries again.
        """
        destroyed = self._forget_people()
        try:
            return destroyed + self._operations.follow(pages)
        except PersistenceError as error:
            _log.exception("quarantined and held operations are not erased now", reason=reason_of(error))
            return destroyed

    def _forget_people(self) -> int:
        reached, head = self._reached(), self._head()
        if reached >= head:
            return 0
        erased, people = self._erased_between(reached, head), self._people(reached, head)
        destroyed = self._destroy({*erased, *people})
        for user in (person for person, topic in people.items() if topic == "user.erased"):
            forget_account(self._log.pool, user)
        merged = {customer: self.entries_merged_into(customer) for customer in erased}
        destroyed += self._destroy({entry for entries in merged.values() for entry in entries})
        destroyed += self._destroy(set(self._contacts(0 if erased else reached, head)))  # earlier ones as well
        for customer, position in erased.items():
            self._erase_entries(merged[customer], position)
            self._erase_again(customer, position)
        self._log.pool.execute(
            """
            INSERT INTO log.tracking AS t (name, position) VALUES (%s, %s)
            ON CONFLICT (name) DO UPDATE SET position = greatest(t.position, excluded.position)
            """,
            (FOLLOWER, head),
        )
        return destroyed

    def _destroy(self, persons: set[UUID]) -> int:
        return self._keyring.destroy(persons) if persons else 0

    def entries_merged_into(self, customer: UUID) -> list[UUID]:
        """All other entries of this customer that were merged into theirs, directly or indirectly."""
        rows = self._log.pool.fetch_all(
            """
            WITH RECURSIVE merges AS (
                SELECT stream, substring(substr(record, body_at, body_length) FROM '"into":"([0-9a-f-]{36})"') AS stays
                FROM log.events WHERE topic = 'customer.merged'
            ), entries AS (
                SELECT stream FROM merges WHERE stays = %s
                UNION
                SELECT merges.stream FROM merges JOIN entries ON merges.stays = entries.stream::text
            )
            SELECT stream FROM entries WHERE stream <> %s
            """,
            (str(customer), str(customer)),
        )
        return [stream for (stream,) in rows]

    def _reached(self) -> int:
        row = self._log.pool.fetch_one("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))
        return int(row[0]) if row else 0

    def _head(self) -> int:
        return self._log.recorder.max_notification_id() or 0

    def _erased_between(self, after: int, through: int) -> dict[UUID, int]:
        rows = self._log.pool.fetch_all(
            """
            SELECT stream, max(position) FROM log.events
            WHERE topic = 'customer.erased' AND position > %s AND position <= %s
            GROUP BY stream
            ORDER BY min(position)
            """,
            (after, through),
        )
        return {stream: int(position) for stream, position in rows}

    def _people(self, after: int, through: int) -> dict[UUID, str]:
        """Erased users and technicians, and the topic of that event."""
        rows = self._log.pool.fetch_all(
            """
            SELECT DISTINCT stream, topic FROM log.events
            WHERE topic IN ('user.erased', 'technician.erased') AND position > %s AND position <= %s
            """,
            (after, through),
        )
        return dict(rows)

    def _erase_entries(self, entries: Collection[UUID], position: int) -> None:
        """Record the erasure of entries that were merged into a customer's, by the author of the event at `position`.

        A merge verifies that the remaining entry is not erased, so none follows the erasure.
        """
        if not entries:
            return

        def once() -> None:
            work = self._log.work()
            left = [entry for entry in (work.get(Customer, id) for id in entries) if not entry.erased]
            for entry in left:
                entry.erase()
            if left:
                work.add(self._envelope_at(position), *left)
                work.commit()

        self._log.attempt(once)

    def _envelope_at(self, position: int) -> Envelope:
        """An envelope with the author of the event at a position, without the author's operation."""
        [(record,)] = self._log.pool.fetch_all("SELECT record FROM log.events WHERE position = %s", (position,))
        [event] = self._log.reader.read([record])
        return Envelope(occurred_at=now(), actor=event.envelope.actor, role=event.envelope.role)

    def _contacts(self, after: int, through: int) -> list[UUID]:
        """Contacts that were linked to an erased customer later: their first text has a key of its own."""
        rows = self._log.pool.fetch_all(
            """
            SELECT DISTINCT stream FROM log.events
            WHERE topic = 'contact.linked' AND position > %s AND position <= %s
                AND substring(substr(record, body_at, body_length) FROM '"customer":"([0-9a-f-]{36})"')
                    IN (SELECT stream::text FROM log.events WHERE topic = 'customer.erased')
            """,
            (after, through),
        )
        return [stream for (stream,) in rows]

    def _erase_again(self, customer: UUID, position: int) -> None:
        """Record the erasure again when texts were recorded between it and the destruction of the key."""
        if self._was_recorded_since(customer, position):
            self._log.attempt(lambda: self._record_again(customer))

    def _was_recorded_since(self, customer: UUID, position: int) -> bool:
        """Whether a text was; True also when the search takes too long."""
        try:
            row = self._log.pool.fetch_one(
                """
                SELECT 1 FROM log.events
                WHERE position > %s AND position(%s IN substr(record, body_at, body_length)) > 0
                LIMIT 1
                """,
                (position, f',"person":"{customer}","sealed":{{'),
            )
        except PersistenceError as error:
            if not is_timeout(error):
                raise
            return True
        return row is not None

    def _record_again(self, customer: UUID) -> None:
        work = self._log.work()
        entity = work.get(Customer, customer)
        entity.trigger_event(Customer.Erased)
        work.add(Envelope(occurred_at=now()), entity)
        work.commit()

"""Erasure: once the log says that a customer is forgotten, the keys that open their words are destroyed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from domain.customer import Customer
from domain.envelope import Envelope
from domain.instant import now
from store.account_erasure import forget_account
from store.erased_operations import ErasedOperations
from store.log import EventLog

FOLLOWER: Final = "erasure"


class Erasure:
    """Follows the log with a tracking row of its own, which moves on only after the keys are gone.

    So it goes on where it was cut off, and doing it twice, or in two places at once, does no harm. Destroyed are the
    keys of users, technicians and customers, of contacts that were received before anybody knew whose they were, and
    of operations that were put aside and lead to the customer by an id in them, whether these came before the erasure
    or after it. Entries that were merged into a customer's while their erasure was decided are erased with it. What
    it asks of records it asks of their text: see `store.erased_operations`.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._keyring = log.body_mapper.keyring
        self._operations = ErasedOperations(log)

    def catch_up(self) -> int:
        """Destroy what the log asks for and is still there; how many keys that was."""
        reached, head = self._reached(), self._head()
        if reached >= head:
            return 0
        erased = self._erased_between(reached, head)
        since = 0 if erased else reached  # what came before the erasure has to go as well
        people, contacts = self._people(reached, head), self._contacts(since, head)
        merged = {customer: self.entries_merged_into(customer) for customer in erased}
        entries = [entry for each in merged.values() for entry in each]
        persons = {*erased, *entries, *people, *contacts, *self._operations.between(since, head)}
        destroyed = self._keyring.destroy(persons) if persons else 0
        for customer, position in erased.items():
            self._erase_entries(merged[customer], position)
            self._say_again(customer, position)
        self._log.pool.execute(
            """
            INSERT INTO log.tracking AS t (name, position) VALUES (%s, %s)
            ON CONFLICT (name) DO UPDATE SET position = greatest(t.position, excluded.position)
            """,
            (FOLLOWER, head),
        )
        return destroyed

    def entries_merged_into(self, customer: UUID) -> list[UUID]:
        """Every other entry of this customer that was merged into theirs, however many merges ago."""
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

    def _people(self, after: int, through: int) -> list[UUID]:
        """Users and technicians who are forgotten; what opens doors to the users is removed with them."""
        rows = self._log.pool.fetch_all(
            """
            SELECT DISTINCT topic, stream FROM log.events
            WHERE topic IN ('user.erased', 'technician.erased') AND position > %s AND position <= %s
            """,
            (after, through),
        )
        for topic, stream in rows:
            if topic == "user.erased":
                forget_account(self._log.pool, stream)
        return [stream for _, stream in rows]

    def _erase_entries(self, entries: Collection[UUID], position: int) -> None:
        """Record that the entries merged into a customer's are erased, by whom the customer was, at `position`.

        A merge verifies that the entry that stays is not erased, so no further one comes behind the erasure.
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
        """An envelope that names who recorded the event at a position; the operation was theirs, and is not named."""
        [(record,)] = self._log.pool.fetch_all("SELECT record FROM log.events WHERE position = %s", (position,))
        [event] = self._log.reader.read([record])
        return Envelope(occurred_at=now(), actor=event.envelope.actor, role=event.envelope.role)

    def _contacts(self, after: int, through: int) -> list[UUID]:
        """Contacts that turned out to be of a customer who is erased: what they said first is sealed as their own."""
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

    def _say_again(self, customer: UUID, position: int) -> None:
        """Let the views forget once more what was said between the erasure and the end of the key."""
        row = self._log.pool.fetch_one(
            """
            SELECT 1 FROM log.events
            WHERE position > %s AND position(%s IN substr(record, body_at, body_length)) > 0
            LIMIT 1
            """,
            (position, f',"person":"{customer}","sealed":{{'),
        )
        if row is not None:
            self._log.attempt(lambda: self._record_again(customer))

    def _record_again(self, customer: UUID) -> None:
        work = self._log.work()
        entity = work.get(Customer, customer)
        entity.trigger_event(Customer.Erased)
        work.add(Envelope(occurred_at=now()), entity)
        work.commit()

"""One unit of work on a log: entities are loaded, decide, and are committed together; independent of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import get_topic

from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.kernel.keys import KeyTaken
from domain.kernel.problem import NotFound
from domain.kernel.walk import Walked
from domain.recording.answers import Answer, Appended, StreamTakenError, Turn
from domain.recording.backing import Backing, Change
from domain.work.visit import Visit

E = TypeVar("E", bound=Entity)


class Work:
    """One unit of work on the log."""

    def __init__(self, log: Backing) -> None:
        self._log = log
        self._entities: dict[UUID, Entity] = {}
        self._missing: set[UUID] = set()
        self._versions: dict[UUID, int] = {}
        self._reads: dict[UUID, int] = {}
        self._visits: dict[UUID, int] = {}
        self._sites: dict[UUID, UUID | None] = {}
        self.events: list[DomainEventProtocol[UUID]] = []
        self.envelopes: list[Envelope] = []
        self.answers: list[Answer] = []
        self.changes: list[Change] = []
        self.made: set[str] = set()  # keys that nobody gave: where one is taken, another one is made

    def preload(self, streams: Iterable[UUID]) -> None:
        """Load these streams with one query, so that `get` and `find` need none."""
        wanted = {stream for stream in streams if stream not in self._entities and stream not in self._missing}
        found = self._log.load(wanted) if wanted else {}
        self._entities |= found
        self._missing |= wanted - found.keys()
        self._versions |= {stream: found[stream].version if stream in found else 0 for stream in wanted}

    def find(self, kind: type[E], stream: UUID | None) -> E | None:
        """The entity, or `None` when there is no such stream of this kind."""
        if stream is None:
            return None
        if stream not in self._entities:
            self.preload([stream])
        self._reads.setdefault(stream, self._versions.get(stream, 0))
        entity = self._entities.get(stream)
        return entity if isinstance(entity, kind) else None

    def visits_of(self, order: UUID) -> set[UUID]:
        """The ids of all visits of a work order, those that this work plans included.

        The commit raises when another one is planned in between.
        """
        there = self._log.visits_of(order)
        self._visits[order] = len(there)
        return there | {event.originator_id for event in self._planned(order)}

    def preload_owners(self, sites: Iterable[UUID]) -> None:
        """Look these sites up with one query, so that `owner_of_site` needs none."""
        unknown = [site for site in sites if site not in self._sites]
        self._sites |= dict.fromkeys(unknown) | self._log.owners_of(unknown)

    def owner_of_site(self, site: UUID) -> UUID | None:
        """The customer whose site this is, one that this work adds included; None when there is no such site."""
        if site not in self._sites:
            self.preload_owners([site])
        return self._sites[site]

    def next_work_order_number(self) -> str:
        """A new work order number; should it be used by the time of the commit, the commit makes another one."""
        number = self._log.next_work_order_number()
        self.made.add(number)
        return number

    def _planned(self, order: UUID) -> list[Visit.Planned]:
        return [event for event in self.events if isinstance(event, Visit.Planned) and event.work_order == order]

    def loaded(self, stream: UUID) -> Entity | None:
        """The entity of a stream that this work has loaded or added, whatever its kind."""
        return self._entities.get(stream)

    def get(self, kind: type[E], stream: UUID) -> E:
        """The entity; raises `NotFound` when there is no such stream of this kind."""
        if (entity := self.find(kind, stream)) is None:
            raise NotFound(f"There is no {kind.TOPIC.replace('_', ' ')} {stream}.")  # type: ignore[attr-defined]
        return entity

    def add(self, envelope: Envelope, *entities: Entity) -> int:
        """Add the pending events of these entities to the commit, under one envelope; returns their number."""
        before = len(self.events)
        for entity in entities:
            self._entities[entity.id] = entity
            events = list(entity.collect_events())
            if events and events[0].originator_version == Entity.INITIAL_VERSION:
                entity.begun_at = envelope.occurred_at
            if events and isinstance(entity, Walked):
                entity.set_envelope(envelope, events[0].originator_version)
            self.events.extend(events)
            added = (event for event in events if isinstance(event, Customer.SiteAdded))
            self._sites |= {event.site: event.originator_id for event in added}
        self.envelopes.extend([envelope] * (len(self.events) - before))
        return len(self.events) - before

    def added_by(self, operation: UUID, technician: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics that an operation of this technician has added to this commit."""
        return [
            (event.originator_id, get_topic(type(event)))
            for event, envelope in zip(self.events, self.envelopes, strict=True)
            if envelope.operation_id == operation and envelope.actor == technician
        ]

    def forget(self) -> None:
        """Drop decisions that were not added: those entities are loaded again when they are needed."""
        self._entities = {stream: entity for stream, entity in self._entities.items() if not entity.pending_events}

    def is_undecided(self) -> bool:
        """Whether any entity has pending events that were not added."""
        return any(entity.pending_events for entity in self._entities.values())

    def answer(self, answer: Answer) -> None:
        """Store this answer with the commit, besides those passed to it."""
        self.answers.append(answer)

    def also(self, change: Change) -> None:
        """Run this change in the transaction of the commit; an exception of it undoes the commit."""
        self.changes.append(change)

    def commit(self, answers: Sequence[Answer] = (), turn: Turn | None = None) -> Appended:
        """Record everything in one transaction; see `Backing.append` for the errors.

        All entities that were found, or not found, must be unchanged. Raises `StreamTakenError` when it begins a stream
        that belongs to something else, and `KeyTaken` when a number or name that it gives does.
        """
        written = {event.originator_id for event in self.events}
        reads = {stream: version for stream, version in self._reads.items() if stream not in written}
        more: dict[str, Any] = {"changes": self.changes} if self.changes else {}
        if self._visits:
            more["visits"] = {order: n + len(self._planned(order)) for order, n in self._visits.items()}
        try:
            appended = self._log.append(self.events, self.envelopes, [*self.answers, *answers], turn, reads, **more)
        except IntegrityError as error:
            if (taken := self._taken()) is not None:
                raise taken from error
            raise
        except KeyTaken as error:
            if error.claim.text not in self.made:
                raise
            raise IntegrityError("a key made here was given meanwhile") from error
        self._placed(appended.base)
        self._log.settled(self._entities[stream] for stream in written if stream in self._entities)
        return appended

    def _placed(self, base: int) -> None:
        """Pass the recorded positions to the entities that compute their status from steps."""
        positions: dict[UUID, dict[int, int]] = {}
        for place, event in enumerate(self.events, base + 1):
            positions.setdefault(event.originator_id, {})[event.originator_version] = place
        for stream, places in positions.items():
            if isinstance(entity := self._entities.get(stream), Walked):
                entity.set_positions(places)

    def _taken(self) -> StreamTakenError | None:
        """The streams that this commit begins and that were begun before, in the log or by itself."""
        begun = [
            (event.originator_id, envelope.operation_id)
            for event, envelope in zip(self.events, self.envelopes, strict=True)
            if event.originator_version == Entity.INITIAL_VERSION
        ]
        begun_before = set(self._log.load({stream for stream, _ in begun}))
        taken, operations = set[UUID](), set[UUID]()
        for stream, operation in begun:
            if stream in begun_before:
                taken.add(stream)
                operations.update(() if operation is None else (operation,))
            begun_before.add(stream)
        return StreamTakenError(taken, operations) if taken else None

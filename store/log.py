"""The event log as the rooms above use it: load entities, let them decide, commit what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import uniform
from time import sleep
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import Environment, get_topic

from domain.aggregate import Entity
from domain.envelope import Envelope
from domain.problem import NotFound
from store.keyring import Keyring
from store.loading import Loader
from store.mapper import BodyMapper
from store.operations import Operations
from store.persistence import Factory
from store.pool import ConnectionPool
from store.record import RecordReader
from store.recorder import Answer, Appended, Recorder, Turn
from store.snapshots import Snapshots

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

TRIES = 20
_JITTER_SECONDS = 0.005


class EventLog(Application[UUID]):
    """The one log. Entities are loaded by id; what they decided is committed in one call with its envelopes."""

    name = "callout"

    def __init__(self, pool: ConnectionPool, keyring: Keyring) -> None:
        self.pool = pool
        self.body_mapper = BodyMapper(keyring)
        self._factory = Factory.around(pool, self.body_mapper)
        super().__init__()
        self._recorder = Recorder(pool)
        self.reader = RecordReader(self.body_mapper)
        self._loader = Loader(pool, self.body_mapper)
        self.snapshots_of = Snapshots(pool)
        self.operations = Operations(pool)

    def construct_factory(self, env: Environment) -> Factory:  # noqa: ARG002 - the pool is given, not configured
        """The library asks for its persistence here."""
        return self._factory

    def work(self) -> Work:
        """A new unit of work: what is loaded, decided and committed together."""
        return Work(self)

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide` (load, decide, commit) again when a stream has moved on meanwhile, at most `TRIES` times."""
        again: tuple[type[Exception], ...] = (IntegrityError, *retry_on)
        for _ in range(TRIES - 1):
            try:
                return decide()
            except again:
                sleep(uniform(0, _JITTER_SECONDS))  # noqa: S311 - dice, not a secret
        return decide()

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """The entities of these streams as they stand, as far as they exist; one query for all."""
        return self._loader.load(streams)

    def epoch(self) -> UUID:
        """The name of this log's life: a log restored from a backup gets a new one."""
        [(epoch,)] = self.pool.fetch_all("SELECT epoch FROM log.head")
        assert isinstance(epoch, UUID), "the head row has an epoch"
        return epoch

    def head(self) -> int:
        """The last position of the log, 0 while it is empty."""
        [(position,)] = self.pool.fetch_all("SELECT position FROM log.head")
        return int(position)

    def next_work_order_number(self) -> str:
        """A number for a new work order: readable, unique, not gapless."""
        [(number,)] = self.pool.execute("SELECT nextval('log.work_order_number')")
        return f"W-{number:06d}"


class Work:
    """One unit of work on the log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._entities: dict[UUID, Entity] = {}
        self._missing: set[UUID] = set()
        self.events: list[DomainEventProtocol[UUID]] = []
        self.envelopes: list[Envelope] = []

    def preload(self, streams: Iterable[UUID]) -> None:
        """Load these streams with one query, so that `get` and `find` need none."""
        wanted = {stream for stream in streams if stream not in self._entities and stream not in self._missing}
        found = self._log.load(wanted) if wanted else {}
        self._entities |= found
        self._missing |= wanted - found.keys()

    def find(self, kind: type[E], stream: UUID | None) -> E | None:
        """The entity, or `None` when there is no such stream of this kind."""
        if stream is None:
            return None
        self.preload([stream])
        entity = self._entities.get(stream)
        return entity if isinstance(entity, kind) else None

    def get(self, kind: type[E], stream: UUID) -> E:
        """The entity; raises `NotFound` when there is no such stream of this kind."""
        entity = self.find(kind, stream)
        if entity is None:
            raise NotFound(f"There is no {kind.TOPIC.replace('_', ' ')} {stream}.")  # type: ignore[attr-defined]
        return entity

    def add(self, envelope: Envelope, *entities: Entity) -> int:
        """Take the pending events of these entities into the commit, under one envelope; how many there were."""
        before = len(self.events)
        for entity in entities:
            self._entities[entity.id] = entity
            self.events.extend(entity.collect_events())
        added = len(self.events) - before
        self.envelopes.extend([envelope] * added)
        return added

    def added_by(self, operation: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics of what an operation has added to this commit."""
        return [
            (event.originator_id, get_topic(type(event)))
            for event, envelope in zip(self.events, self.envelopes, strict=True)
            if envelope.operation_id == operation
        ]

    def forget(self) -> None:
        """Drop what entities have decided but nobody has added: they are loaded anew when they are asked for."""
        self._entities = {stream: entity for stream, entity in self._entities.items() if not entity.pending_events}

    def commit(self, answers: Sequence[Answer] = (), turn: Turn | None = None) -> Appended:
        """Record everything in one transaction; see `Recorder.append` for what can go wrong."""
        mapper = self._log.body_mapper
        stored = [mapper.to_stored_event(event) for event in self.events]
        appended = self._log._recorder.append(list(zip(stored, self.envelopes, strict=True)), answers, turn)  # noqa: SLF001
        self._log.snapshots_of.take(self._touched())
        return appended

    def _touched(self) -> Iterable[Any]:
        return (self._entities[stream] for stream in {event.originator_id for event in self.events})

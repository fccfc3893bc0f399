"""The lives of the log: detects that it was restored from a backup, and begins the next one."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from domain.integrity.log_life import LogLife
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from store.connecting import Cursor
from store.log import EventLog

_LOCK: Final = 0x6C697665


def settle_life(log: EventLog) -> UUID:
    """The epoch of the log; a new one when it runs in another cluster than before.

    A log that was dumped and loaded, recovered to a point in time, or taken over by a standby may lack events that
    devices know of. The first process to start begins the new life; concurrent ones wait for it.
    """
    with log.pool.transaction() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        cluster, epoch = _cluster(cursor), log.epoch()
        cursor.execute("SELECT cluster FROM log.lives WHERE epoch = %s", (str(epoch),))
        known = cursor.fetchone()
        if known is not None and known[0] != cluster:
            epoch = begin_life(log, "The log woke up in another cluster.")
        if known is None or known[0] != cluster:
            cursor.execute("INSERT INTO log.lives (epoch, cluster) VALUES (%s, %s)", (str(epoch), cluster))
    return epoch


def begin_life_after_loss(log: EventLog, epoch: UUID, position: int) -> None:
    """Begin a new life, once, of a log that reached `position` in its life `epoch` and does not any more."""
    with log.pool.transaction() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if log.epoch() == epoch and log.head() < position:
            begin_life(log, f"The log ends before position {position}, which a device has seen.")


def begin_life(log: EventLog, reason: str) -> UUID:
    """Give the log a new epoch, so that devices send again what it may have lost."""
    work = log.work()
    life = LogLife.begin_anew(id=uuid4(), previous=log.epoch(), restored_through=log.head(), reason=reason)
    work.add(Envelope(occurred_at=now()), life)
    work.commit()
    return life.id


def _cluster(cursor: Cursor) -> str:
    """An identification of the data's cluster, different for any copy that was written to independently.

    These are the system's identifier and the timeline; for a dump loaded in the same cluster also the numbers of the
    database and of the table of events.
    """
    cursor.execute(
        """
        SELECT concat_ws('/', system_identifier, timeline_id, d.oid, 'log.events'::regclass::oid)
        FROM pg_control_system(), pg_control_checkpoint(), pg_database d WHERE d.datname = current_database()
        """
    )
    [(cluster,)] = cursor.fetchall()
    return str(cluster)

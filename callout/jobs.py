"""Scheduled jobs: each run claims its time slot in its transaction, so that of many schedulers one runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from eventsourcing.persistence import PersistenceError

from store.connecting import Cursor
from store.pool import ConnectionPool

_log = structlog.get_logger(__name__)
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SLOTS_KEPT: Final = timedelta(days=7)


class Job(NamedTuple):
    """A job that runs once in every slot of length `every`; `work` gets a cursor in the slot's transaction."""

    name: str
    every: timedelta
    work: Callable[[Cursor], None]

    def slot(self, moment: datetime) -> datetime:
        """The beginning of the slot that contains the moment; the same for all schedulers."""
        return _BEGINNING + (moment - _BEGINNING) // self.every * self.every


def run(job: Job, pool: ConnectionPool, moment: datetime) -> bool:
    """Run the job for this moment's slot unless another scheduler has; whether it ran here."""
    with pool.transaction() as cursor:
        cursor.execute(
            "INSERT INTO log.job_slots (job, slot) VALUES (%s, %s) ON CONFLICT DO NOTHING", (job.name, job.slot(moment))
        )
        if cursor.rowcount == 0:
            return False
        job.work(cursor)
    return True


def scheduler(jobs: list[Job], pool: ConnectionPool) -> BackgroundScheduler:
    """A scheduler, not started, that runs these jobs in its own threads, each at the beginning of its slots."""
    made = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job in jobs:
        trigger = IntervalTrigger(seconds=int(job.every.total_seconds()), start_date=_BEGINNING, timezone=UTC)
        made.add_job(_run_and_log, trigger, (job, pool), id=job.name, name=job.name)
    return made


def _run_and_log(job: Job, pool: ConnectionPool) -> None:
    try:
        run(job, pool, datetime.now(UTC))
    except PersistenceError as error:
        _log.warning("a job failed; its slot stays free", job=job.name, reason=str(error))


def forget_slots(cursor: Cursor) -> None:
    """Remove the claims of old slots."""
    cursor.execute("DELETE FROM log.job_slots WHERE slot < now() - %s", (_SLOTS_KEPT,))

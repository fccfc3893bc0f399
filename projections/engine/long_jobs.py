"""Long jobs: rebuilding or verifying a view, with its progress stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import structlog
from eventsourcing.persistence import PersistenceError

from projections.engine.failures import FoldError
from projections.engine.filling import Progress
from projections.engine.projection import Projection
from projections.engine.rebuild import RebuildError, rebuild
from projections.engine.verify import verify
from store import long_jobs
from store.comparing import Difference
from store.errors import name_of
from store.log import EventLog
from store.long_jobs import LongJob

MOST_DIFFERENCES = 1_000
_log = structlog.get_logger(__name__)


def do_next_job(log: EventLog, projections: Iterable[Projection]) -> bool:
    """Do the next job, if there is one, in the role of the projector; returns whether there was one.

    An error is stored as the job's problem. Raises `PersistenceError` when the database is unavailable: the job is
    started again.
    """
    with long_jobs.taken(log.pool) as job:
        if job is None:
            return False
        try:
            result = _done(log, tuple(projections), job, long_jobs.Progress(log.pool, job.id))
        except (FoldError, RebuildError) as error:
            _log.error("a job has failed", job=str(job.id), kind=job.kind, view=job.view, cause=name_of(error))
            long_jobs.end(log.pool, job.id, problem=f"{str(error).capitalize()}.")
        except PersistenceError:
            raise
        except Exception as error:  # noqa: BLE001 - any error ends the job, or it would be tried for ever
            _log.error("a job has failed", job=str(job.id), kind=job.kind, view=job.view, cause=name_of(error))
            long_jobs.end(log.pool, job.id, problem=f"It could not be done: {type(error).__name__}.")
        else:
            long_jobs.end(log.pool, job.id, result=orjson.dumps(result).decode())
    return True


def _done(log: EventLog, projections: tuple[Projection, ...], job: LongJob, progress: Progress) -> dict[str, Any]:
    if job.kind == "rebuild":
        return {"name": job.view, "position": rebuild(log, projections, [job.view], progress)}
    for found in verify(log, projections, [job.view], progress):
        summary = {"name": job.view, "position": found.position, "rows": found.rows}
        return summary | {"equal": not found.differences, "differences": _where(found.differences)}
    raise LookupError(f"the view {job.view} waits for its rebuild")


def _where(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """The rows and columns that differ, without values: they may be personal and must not outlive an erasure."""
    return [
        {"table": each.table, "key": [str(part) for part in each.key], "column": each.column}
        for each in differences[:MOST_DIFFERENCES]
    ]

"""Jobs: work that takes longer than a request may, with its state, progress and result."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
from flask import Response

from api.http.encoding import json_response
from api.http.noun import PREFIX, Noun
from api.http.schemas import Strict, page_of
from api.http.services import services
from domain.kernel.problem import NotFound
from store.long_jobs import LongJob, job, latest_jobs

jobs = Noun("jobs", "Jobs: work that takes longer than a request may, and its progress.")
MOST: Final = 100
RETRY_SECONDS: Final = 1

_AT: Final = {"type": ["string", "null"], "format": "date-time"}
JOB: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"type": "string", "enum": ["rebuild", "verify"]},
        "view": {"type": "string"},
        "asked_by": {"type": ["string", "null"], "format": "uuid"},
        "asked_at": {"type": "string", "format": "date-time"},
        "state": {"type": "string", "enum": ["waiting", "running", "done", "failed"]},
        "tries": {"type": "integer", "description": "How often it was started; again when its process was killed."},
        "progress": {
            "type": "object",
            "properties": {"done": {"type": "integer"}, "total": {"type": "integer"}},
            "description": "Events processed and the total; 0 before it is known.",
        },
        "started_at": _AT,
        "ended_at": _AT,
        "result": {
            "type": ["object", "null"],
            "description": "`name` and `position`; of a verification also `rows` by table, `equal` and `differences` "
            "(`table`, `key`, `column`).",
        },
        "problem": {"type": ["string", "null"]},
    },
}


def accepted_response(found: LongJob) -> Response:
    """The 202 response for a new job, with its address in `Location`."""
    where = f"{PREFIX}/jobs/{found.id}"
    return json_response(_job_fields(found), 202, {"Location": where, "Retry-After": str(RETRY_SECONDS)})


@jobs.plain_route("GET", "", Strict, 200, page_of(JOB))
def list_jobs(_: dict[str, Any]) -> Response:
    """The latest jobs, at most a hundred."""
    found = latest_jobs(services().log.pool, MOST)
    return json_response(
        {"items": [_job_fields(each) for each in found], "next": None, "position": services().log.head()}
    )


@jobs.plain_route("GET", "/<uuid:id>", Strict, 200, JOB)
def show_job(_: dict[str, Any], id: UUID) -> Response:
    """One job: its state, progress and result. Jobs are kept for a week."""
    found = job(services().log.pool, id)
    if found is None:
        raise NotFound
    return json_response(_job_fields(found), headers={} if found.ended_at else {"Retry-After": str(RETRY_SECONDS)})


def _job_fields(found: LongJob) -> dict[str, Any]:
    fields = found._asdict()
    fields["progress"] = {"done": fields.pop("done"), "total": fields.pop("total")}
    return fields | {"result": None if found.result is None else orjson.Fragment(found.result)}

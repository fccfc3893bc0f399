"""Error handlers: every error becomes a problem document (RFC 9457) that shows nothing internal."""

from __future__ import annotations

from typing import Any, Final

from eventsourcing.persistence import PersistenceError
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from api.http.encoding import json_response
from commands.running.runner import RefusedBefore
from domain.kernel.problem import TYPE, Kind, Problem, Refused
from domain.kernel.problem_document import STATUS, document
from domain.recording.answers import StreamTakenError, UnrecordableError
from store.errors import is_of_input, is_temporary, reason_of

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS: Final = 1


class Overloaded(Problem):
    """The server or its database is busy or does not answer; send the same request again in a moment."""

    kind = Kind.UNAVAILABLE


class Unstorable(Problem):
    """The request holds a value that cannot be stored; send another one."""

    kind = Kind.UNPROCESSABLE


class IdTaken(Refused):
    """An id of this request belongs to something else already; choose another one."""


class Fault(Problem):
    """Something went wrong on our side; report the incident to us."""

    code = "internal-error"


def document_response(document: dict[str, Any]) -> Response:
    """The response for a problem document, with the headers that its status needs."""
    headers = {}
    if document["status"] == STATUS[Kind.UNAUTHENTICATED]:
        headers["WWW-Authenticate"] = 'Bearer realm="callout"'
    if document["status"] in (STATUS[Kind.RATE_LIMITED], STATUS[Kind.UNAVAILABLE]):
        headers["Retry-After"] = str(document.get("retry_after", RETRY_SECONDS))
    g.problem = document["type"].removeprefix(TYPE)
    return json_response(document, document["status"], headers, MEDIA_TYPE)


def problem_response(problem: Problem) -> Response:
    """The response for a problem."""
    return document_response(document(problem))


def http_error_response(error: HTTPException) -> Response:
    """The response for what Flask itself refuses: an unknown path, a wrong method, a body that is too large."""
    status = error.code or 500
    problem = Problem((error.description or "") if status < 500 else "")  # noqa: PLR2004 - the server's own faults
    problem.code = "-".join(error.name.lower().split())  # type: ignore[misc]  # one of HTTP's own names
    if isinstance(error, RequestEntityTooLarge):
        problem.code = "too-large"  # type: ignore[misc]
    reply = document_response(document(problem, status) | {"title": error.name})
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        reply.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return reply


def problem_of(error: PersistenceError) -> Problem | None:
    """The problem for an error of the database that a client can react to; None for an internal fault."""
    cause = error.__cause__ if isinstance(error, UnrecordableError) else error
    if isinstance(cause, StreamTakenError):
        return IdTaken()
    if not isinstance(cause, PersistenceError):
        return None
    if error is cause and is_temporary(cause):
        return Overloaded()
    return Unstorable() if is_of_input(cause) else None


def database_error_response(error: PersistenceError) -> Response:
    """The response for an error of the database: 503 (temporary), 409 or 422 (this request), 500 (internal fault).

    The reason is in the log line only, without the values that PostgreSQL names.
    """
    problem = problem_of(error)
    cause = error.__cause__ if isinstance(error, UnrecordableError) else error
    if isinstance(problem, Overloaded):
        g.fault = error
    elif isinstance(cause, PersistenceError) and not isinstance(cause, StreamTakenError):
        g.fault = PersistenceError(reason_of(cause)).with_traceback(cause.__traceback__)
    if problem is not None:
        return problem_response(problem)
    return document_response(document(Fault(incident=g.request_id), 500)) if "fault" in g else fault_response(error)


def fault_response(error: Exception) -> Response:
    """The 500 response for an internal fault, with an incident that the log line names too."""
    g.fault = error
    return document_response(document(Fault(incident=g.request_id), 500))


def register_error_handlers(app: Flask) -> None:
    """Register handlers that turn every error of the application into a problem document."""
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(RefusedBefore, lambda refusal: document_response(refusal.document))
    app.register_error_handler(HTTPException, http_error_response)
    app.register_error_handler(PersistenceError, database_error_response)
    app.register_error_handler(Exception, fault_response)

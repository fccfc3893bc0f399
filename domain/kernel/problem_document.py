"""Problem documents (RFC 9457): a problem with the HTTP status of its kind, for replies and stored answers."""

from __future__ import annotations

from typing import Any, Final

from domain.kernel.problem import TYPE, Kind, Problem

STATUS: Final = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION: 412,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.UNPROCESSABLE: 422,
    Kind.UPGRADE: 426,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}


def document(problem: Problem, status: int | None = None) -> dict[str, Any]:
    """The problem document; `status` is that of the problem's kind unless it is given."""
    found: dict[str, Any] = {
        "type": TYPE + problem.code,
        "title": problem.title(),
        "status": status or STATUS[problem.kind],
        "detail": problem.detail,
    }
    if problem.errors:
        found["errors"] = problem.errors
    return found | problem.members

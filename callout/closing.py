"""Closes connections after a 413, so that the rest of a body that is too large is not waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

TOO_LARGE = "413"


def closing(app: Wsgi) -> Wsgi:
    """The same application, with `Connection: close` after a 413.

    Servers drop that header when an application sets it, so gunicorn's own response object is changed.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, *more: Any) -> Any:
            reply = getattr(start_response, "__self__", None)
            if status.startswith(TOO_LARGE) and hasattr(reply, "force_close"):
                reply.force_close()  # type: ignore[union-attr]  # it has, as asked above
            return start_response(status, *more)

        return app(environ, start)

    return answer

"""One command of a batch: what it says, the request it is carried out as, and how it may be turned down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID


class NeedsViews(Exception):  # noqa: N818 - no error: the command must be carried out alone
    """What is decided rests on views that must know all that was recorded before."""


class Sent(NamedTuple):
    """One command: its path behind `/api/v1/`, its body, its key, and who did it if that was not the user."""

    do: str
    body: Any
    key: str
    actor: UUID | None = None


class Refusal(NamedTuple):
    """Why a command was refused, as the problem document; `passes` says that it was not the command's fault."""

    document: dict[str, Any]
    passes: bool = False


def environ_of(sent: Sent, raw: bytes, hosts: tuple[str, ...]) -> dict[str, Any]:
    """The command as a request that never was on a wire; `hosts` are the names under which requests are taken."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/api/v1/{sent.do}".encode().decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": hosts[0].lstrip(".") if hosts else "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "HTTP_IDEMPOTENCY_KEY": sent.key,
        "wsgi.input": BytesIO(raw),
        "wsgi.url_scheme": "http",
    }


def ids_in(value: Any) -> Iterator[UUID]:
    """Every id that is written in a value."""
    if isinstance(value, str):
        if len(value) == 36:  # noqa: PLR2004 - how long a UUID is
            with suppress(ValueError):
                yield UUID(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)

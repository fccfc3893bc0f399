"""Serving: the database, the HTTP server and the worker together, from the first start to Ctrl-C."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from shutil import rmtree
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from api.http.metrics import SHARED
from callout.assembly import Application
from callout.bootstrap import register_locations
from callout.child import Child
from callout.connections import fitted
from callout.database import enter_by
from callout.journal import write_journal
from callout.listening import listen, url_of
from callout.run_time_environment import run_time_environment
from callout.settings import Settings
from callout.supervisor import Supervisor
from callout.tenancy import Tenancy, embedded
from domain.kernel.problem import Kind, Problem
from store.roles import READER

_READY_SECONDS = 60.0
_IDLE = 400  # connections of a process that are kept open between two requests


class NotReady(Problem):
    """The server does not become ready; its log has the reason."""

    kind = Kind.UNAVAILABLE


@contextmanager
def database(settings: Settings) -> Iterator[tuple[str | None, Tenancy | None]]:
    """The DSN of the login that migrates, and the embedded server where that is used; stopped at the end.

    The DSN is `None` when the settings name only the address for run-time roles.
    """
    if settings.database_url is not None or settings.runtime_url is not None:
        yield settings.database_url, None
        return
    with embedded(settings.home) as tenancy:
        yield tenancy.start(), tenancy


@contextmanager
def open_application(settings: Settings, log_level: str = "warning") -> Iterator[Application]:
    """The application, for a command of the command line; closed at the end. Logs go to stderr."""
    write_journal(log_level)
    with database(settings) as (dsn, _), Application(settings, dsn) as application:
        yield application


class Running(NamedTuple):
    """An application that serves; `stop` is set when it ends."""

    url: str
    application: Application
    stop: Event


def serve(
    settings: Settings,
    host: str,
    port: int,
    ready: Callable[[Running], None],
    *,
    prepare: Callable[[Application], None] = register_locations,
    output: int = 2,
) -> None:
    """Serve until a signal arrives; `ready` is called, in a thread of its own, when the server answers.

    The database is migrated first; raises `TooFewConnections` when it does not allow as many as are needed.
    `prepare` fills a new database with what work needs. What the children write goes to the file `output`.
    """
    with (
        closing(listen(host, port)) as listener,
        database(settings) as (dsn, tenancy),
        Application(fitted(settings, dsn or _run_time_dsn(settings)), dsn, migrating=True) as application,
    ):
        prepare(application)
        application.ensure_views()

        def beside(stop: Event) -> None:
            running = Running(url_of(listener), application, stop)
            _wait_until_ready(running)
            if not stop.is_set():
                ready(running)

        Supervisor(_children(application, listener, output), tenancy).run(beside)


def _run_time_dsn(settings: Settings) -> str:
    """The DSN of the reader role, when the settings name no login that migrates."""
    assert settings.runtime_url is not None, "one of both is set"
    return enter_by(settings, settings.runtime_url).dsn(READER)


def _children(application: Application, listener: socket.socket, output: int) -> list[Child]:
    """The HTTP server and the worker; the server stops first, so that the worker still processes what it recorded.

    Its port is free then, so that another server need not wait for the worker. Both get the address of the database
    without the login that migrates.
    """
    settings = application.settings
    environment = run_time_environment(application)
    environment["CALLOUT_POOL"] = str(settings.pool)
    figures = {SHARED: str(_empty(settings.home / "metrics" / str(listener.getsockname()[1])))}
    http = [sys.executable, "-m", "gunicorn", "--config", "python:callout.gunicorn_settings"]
    http += ["--workers", str(settings.workers), "--threads", str(settings.threads)]
    http += ["--worker-connections", str(settings.threads + _IDLE)]
    http += ["--bind", f"fd://{listener.fileno()}", "callout.wsgi:app()"]
    work = [sys.executable, "-m", "callout", "work"]
    return [
        Child("the HTTP server", http, environment | figures, (listener.fileno(),), output, listener.close),
        Child("the worker", work, environment, (), output),
    ]


def _empty(folder: Path) -> Path:
    """An empty folder, named by the port, so that each server has its own."""
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _wait_until_ready(running: Running) -> None:
    """Return when the server is ready, or is ending; raises `NotReady`.

    Views that are far behind do not count: to end the server for that would never let them catch up.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while not running.stop.wait(0.1):
        try:
            with closing(HTTPConnection(urlsplit(running.url).netloc, timeout=5)) as connection:
                connection.request("GET", "/ready")
                checks = json.load(connection.getresponse())["checks"]
                if checks["database"] == checks["migrations"] == "ok":
                    return
        except (OSError, HTTPException, LookupError, ValueError):
            pass  # it does not listen yet
        if time.monotonic() > deadline:
            raise NotReady

"""How gunicorn serves the application: few processes, many threads, so that idle long polls cost little."""

from __future__ import annotations

import gc
import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from api.http.metrics import SHARED
from callout.lifeline import follow

worker_class = "callout.http_worker.HttpWorker"
preload_app = True  # a process that died is replaced at once, and all share most of their memory
backlog = 2048
timeout = 60
graceful_timeout = 3
keepalive = 30
forwarder_headers = ""  # a header with the path of the application may not be the proxy's
control_socket_disable = True  # its file would be in the home folder, one for all servers there
proc_name = "callout"
loglevel = "warning"
_OBJECTS = 10_000  # so many new objects between two collections of reference cycles, which are rare here


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """The master ends with the supervisor."""
    follow()


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Each worker ends with the master, and collects no garbage among permanent objects, which would take 50 ms."""
    follow(server.pid)
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Keep the counters of a worker that has ended, and drop its gauges."""
    if os.environ.get(SHARED):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it has no types

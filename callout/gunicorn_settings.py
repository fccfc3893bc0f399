"""How gunicorn serves the application: few processes, many threads, so that idle long polls cost next to nothing."""

from __future__ import annotations

import gc
import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from api.http.metrics import SHARED
from callout.lifeline import follow

worker_class = "callout.http_worker.HttpWorker"
preload_app = True  # a process that died is there again at once, and all share most of their memory
backlog = 2048
timeout = 60
graceful_timeout = 3
keepalive = 30
forwarder_headers = ""  # a header that says under which path this is may not be the proxy's
control_socket_disable = True  # it would lie in the home folder, one for all who run here
proc_name = "callout"
loglevel = "warning"
_OBJECTS = 10_000  # so many new ones between two looks for reference cycles, which are rare here


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """The master ends with the supervisor."""
    follow()


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Each worker ends with the master, and looks for no garbage in what is there for good: a pause of 50 ms else."""
    follow(server.pid)
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """What a worker had counted is kept, what it held at this moment is not."""
    if os.environ.get(SHARED):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it has no types

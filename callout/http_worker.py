"""The HTTP worker: its event loop receives requests, and only a complete one gets a thread.

gunicorn's own gives a thread to a connection as soon as a byte is there, and the thread waits for the rest without end;
its event loop waits for clients that do not close. Here nobody who is slow keeps a thread, or the loop, from others.
"""

from __future__ import annotations

import errno
import socket
from functools import partial
from selectors import EVENT_READ
from threading import local
from time import monotonic
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from callout.arriving import Arriving
from callout.patient_reader import PatientReader

BESIDE: Final = 1000
"""The most connections of a process that have no thread and are not idle between two requests."""
SAFE_SECONDS: Final = 1.0
"""Seconds before a connection may be closed because there are too many."""
LINGER_SECONDS: Final = 2.0
"""Seconds that a closed connection stays open for its client to read the response."""
DRAIN_SECONDS: Final = 0.2
"""Seconds to wait for the unread rest of a body, to keep the connection."""
LOOK_SECONDS: Final = 0.2
"""Seconds between two checks for slow connections."""
_PIECE: Final = 64 * 1024
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_ENDLESS: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_PASSING: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)
_NOT_NOW: Final = (*_PASSING, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE)


class Connection(TConn):  # type: ignore[misc]  # gunicorn publishes no types
    """A connection that closes without blocking a thread."""

    worker: HttpWorker
    first = 0.0
    """When the first byte of the request that a thread handles now arrived, by the monotonic clock."""

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's signature
        """Close it; with `graceful` its client has time to read the reply."""
        if graceful and self.worker.linger(self.sock):
            return
        super().close()


class HttpWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """A gunicorn worker: complete requests get a thread, all other connections wait in the event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.worker_connections += BESIDE
        self._arriving: dict[Connection, Arriving] = {}
        self._lingering: dict[socket.socket, float] = {}
        self._looked_at = 0.0
        self._answering = local()

    def load_wsgi(self) -> None:
        """The application, called with `callout.first_byte` in its environment: when the first byte arrived."""
        super().load_wsgi()
        app: Any = self.wsgi
        self.wsgi: Any = partial(self._asked, app)

    def handle(self, conn: Connection) -> Any:
        """Answer a request; called in a thread."""
        self._answering.first = conn.first
        return super().handle(conn)

    def _asked(self, app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        environ["callout.first_byte"] = self._answering.first
        return app(environ, start_response)

    def accept(self, listener: socket.socket) -> None:
        """A new connection."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno not in _NOT_NOW:
                raise
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        conn.worker = self
        self.enqueue_req(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """Receive the next request of a connection; called in the event loop."""
        conn.sock.settimeout(0)
        arriving = self._arriving[conn] = Arriving(monotonic())
        if conn.parser is not None:
            arriving.take(conn.parser.unreader.take_buffered(), arriving.began)
        self.poller.register(conn.sock, EVENT_READ, partial(self._more, conn))
        self._more(conn, conn.sock)

    def murder_pending(self) -> None:
        """Close connections that are too slow, the oldest of too many, and all of them at the end."""
        now = monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        late = [conn for conn, arriving in self._arriving.items() if arriving.is_late(now)]
        over = len(self._arriving) if not self.alive else self.nr_conns - self.worker_connections + BESIDE // 2
        if over > 0:
            oldest = [conn for conn, arriving in self._arriving.items() if now - arriving.began > SAFE_SECONDS]
            late = list(dict.fromkeys([*late, *oldest[:over]]))
        for conn in late:
            self._give_up(conn)
        for sock in [sock for sock, until in self._lingering.items() if until < now]:
            self._end(sock)

    def linger(self, sock: socket.socket) -> bool:
        """Shut down sending, and close when the client has closed; False where there is nothing to wait for."""
        if len(self._lingering) >= BESIDE:
            return False
        try:
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(0)
            self.poller.register(sock, EVENT_READ, self._drain)
        except (OSError, ValueError, KeyError):
            return False
        self._lingering[sock] = monotonic() + LINGER_SECONDS
        return True

    def _more(self, conn: Connection, _: Any) -> None:
        """Read the available bytes; hand the request to a thread when it is complete."""
        arriving = self._arriving[conn]
        try:
            if not arriving.is_ready:
                piece = conn.sock.recv(_PIECE)
                if not piece:
                    self._give_up(conn)
                    return
                arriving.take(piece, monotonic())
                if arriving.must_continue:
                    arriving.must_continue = False
                    conn.sock.send(_CONTINUE)
                if arriving.is_endless:
                    conn.sock.send(_ENDLESS)
                    self._give_up(conn, graceful=True)
                    return
        except OSError as error:
            if error.errno not in _PASSING:
                self._give_up(conn)
            return
        if arriving.is_ready:
            self._forget(conn)
            self._hand_over(conn, arriving)

    def _hand_over(self, conn: Connection, arriving: Arriving) -> None:
        conn.first = arriving.first or arriving.began
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = PatientReader(conn.sock)
        conn.parser.unreader.begin()
        conn.parser.unreader.unread(bytes(arriving.data))
        super().enqueue_req(conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:  # noqa: FBT001 - gunicorn's signature
        """Whether the connection can be used again: the body has been read, or its rest arrives in `DRAIN_SECONDS`."""
        if not keepalive or not conn.parser.finish_body(deadline=monotonic() + DRAIN_SECONDS):
            return False
        return not conn.parser.unreader.late

    def _forget(self, conn: Connection) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _give_up(self, conn: Connection, *, graceful: bool = False) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close(graceful)

    def _drain(self, sock: socket.socket) -> None:
        try:
            ended = not sock.recv(_PIECE)
        except OSError as error:
            ended = error.errno not in _PASSING
        if ended:
            self._end(sock)

    def _end(self, sock: socket.socket) -> None:
        del self._lingering[sock]
        self.poller.unregister(sock)
        sock.close()

"""The socket that the office and the devices connect to: opened once, so that no restart of a child loses it."""

from __future__ import annotations

import errno
import socket
import time

import click

BACKLOG = 2048
_PATIENCE_SECONDS = 8.0  # longer than a stopping server keeps its port


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises `click.ClickException` with one sentence."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return _open(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"Nothing can listen at {host} port {port}: {error.strerror}.") from error
            if time.monotonic() > deadline:  # a server that ends needs a moment
                raise click.ClickException(
                    f"Port {port} of {host} is taken, perhaps by another callout; choose another one with --port."
                ) from error
        time.sleep(0.1)


def url_of(listener: socket.socket) -> str:
    """The URL for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _open(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener

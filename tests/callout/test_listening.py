"""The rules of the port: opened once, and one sentence when it cannot be."""

from __future__ import annotations

import socket
from contextlib import closing

import click
import pytest

from callout import listening
from callout.listening import listen, url_of


def test_a_free_port_is_chosen_when_any_will_do() -> None:
    with closing(listen("127.0.0.1", 0)) as listener:
        url = url_of(listener)

        assert url == f"http://127.0.0.1:{listener.getsockname()[1]}"
        with closing(socket.create_connection(listener.getsockname()[:2])):
            pass


def test_a_taken_port_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_PATIENCE_SECONDS", 0.1)
    with closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(click.ClickException) as refusal:
            listen("127.0.0.1", port)

    assert refusal.value.message == (
        f"Port {port} of 127.0.0.1 is taken, perhaps by another callout; choose another one with --port."
    )


def test_an_unknown_host_is_said_in_one_sentence() -> None:
    with pytest.raises(click.ClickException, match=r"Nothing can listen at 192\.0\.2\.1 port 0: "):
        listen("192.0.2.1", 0)

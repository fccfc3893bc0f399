"""Installs other servers in a temporary folder, and runs them on loopback while they are needed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_INSTALL_SECONDS = 600
_START_SECONDS = 60
_STOP_SECONDS = 20
_MOST_WORDS = 300


class UnavailableError(Exception):
    """Something cannot be installed or started here; the text is the reason in one sentence."""


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command to its end; raises `UnavailableError` with the last line that it printed."""
    kept = {"PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_cache": str(folder / "cache")}
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=clean_environment() | kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{Path(words[0]).name} could not be run ({type(error).__name__})") from error
    if done.returncode != 0:
        output = (done.stderr.strip() or done.stdout.strip() or "it printed nothing").splitlines()[-1]
        raise UnavailableError(f"{Path(words[0]).name} {words[1]} failed: {output[:_MOST_WORDS]}")


def clean_environment() -> dict[str, str]:
    """The environment for other programs, without any setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("CALLOUT_", "PYTHON"))}


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str | Path], folder: Path, port: int, path: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of a server that answers `path` on this port; it is ended afterwards. Its output is in `log`."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=clean_environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(process, port, path)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        line = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        try:
            line.request("GET", path)
            if line.getresponse().status < 500:
                return
        except (OSError, HTTPException):
            pass
        finally:
            line.close()
        time.sleep(0.1)
    raise UnavailableError("it was installed and does not answer")

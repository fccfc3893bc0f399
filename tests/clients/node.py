"""The JavaScript client as its user runs it: one command after another on one file."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CLIENTS = Path(__file__).parents[2] / "docs" / "clients"
SECONDS = 120

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on the PATH.")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Node with these words."""
    node = shutil.which("node")
    assert node is not None
    return subprocess.run([node, *words], cwd=CLIENTS, capture_output=True, text=True, timeout=SECONDS, check=False)


def evaluated(module: str, expression: str, given: Any) -> Any:
    """What an expression over `m`, the module, and `given` is in JavaScript."""
    script = f"import * as m from './{module}'; const given = JSON.parse(process.argv[1]); "
    done = run("--input-type=module", "-e", f"{script} console.log(JSON.stringify({expression}));", json.dumps(given))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class NodeDevice:
    """A device in a file, and where it finds its server."""

    file: Path
    url: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, however it ends."""
        return run("device.mjs", str(self.file), self.url, *words)

    def done(self, *words: str) -> str:
        """One command that must succeed; what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stdout} {done.stderr}"
        return done.stdout

    def failed(self, *words: str) -> str:
        """One command that must fail with one sentence; the sentence."""
        done = self.run(*words)
        assert done.returncode == 1, f"{words}: {done.stdout}"
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr.strip()

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """What a command printed, one JSON a line."""
        return [json.loads(line) for line in self.done(*words).splitlines()]

    def record(self, *happened: tuple[str, dict[str, Any]], options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Record operations, several as one group."""
        words = [word for type_, data in happened for word in (type_, json.dumps(data))]
        return self.lines("record", *words, *options)

    @property
    def state(self) -> dict[str, Any]:
        """What is in the file."""
        told = json.loads(self.file.read_text())
        assert isinstance(told, dict), told
        return told

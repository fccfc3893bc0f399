"""The JavaScript client as its user runs it: one command after another on one file."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.support.company import Company, Technician
from tests.support.office_client import OfficeClient

CLIENTS = Path(__file__).parents[2] / "docs" / "clients"
SECONDS = 120

NOTE = ("note_added", {"work_order": "job-1", "text": "It drips."})

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on the PATH.")


def bytes_of(text: str) -> bytes:
    """What base64url without padding says."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_in(enrolment: dict[str, Any]) -> Ed25519PublicKey:
    """The key that a device enrolled with."""
    return Ed25519PublicKey.from_public_bytes(bytes_of(enrolment["public_key"]))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Node with these words."""
    node = shutil.which("node")
    assert node is not None
    return subprocess.run([node, *words], cwd=CLIENTS, capture_output=True, text=True, timeout=SECONDS, check=False)


def started(*words: str) -> subprocess.Popen[str]:
    """Start Node with these words."""
    node = shutil.which("node")
    assert node is not None
    return subprocess.Popen([node, *words], cwd=CLIENTS, stdout=subprocess.PIPE, text=True)


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

    def photograph(self, content: bytes, order: str = "job-1") -> str:
        """Record a photo; where its bytes go."""
        path = self.file.with_name("photo.jpg")
        path.write_bytes(content)
        data = {"work_order": order, "media_type": "image/jpeg"}
        [operation] = self.record(("photo_taken", data), options=("--blob", str(path)))
        photo = operation["data"]
        assert (photo["sha256"], photo["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
        return f"blobs/{photo['sha256']}"

    @property
    def held(self) -> list[dict[str, Any]]:
        """Its documents, in an order of their own."""
        return sorted(self.lines("show"), key=lambda document: (document["type"], document["id"]))

    @property
    def statuses(self) -> list[str]:
        """What became of everything that it recorded."""
        return [entry["result"]["status"] for entry in self.state["operations"]]

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Do to the file what no command does."""
        state = self.state
        change(state)
        self.file.write_text(json.dumps(state))

    @property
    def state(self) -> dict[str, Any]:
        """What is in the file."""
        state = json.loads(self.file.read_text())
        assert isinstance(state, dict), state
        return state


def enrolled(company: Company, technician: Technician, url: str | None = None) -> NodeDevice:
    """A phone of theirs that holds everything; `url` leads to the company, perhaps through a bad wire."""
    device = NodeDevice(company.folder / f"{uuid4().hex}.json", url or company.url)
    device.done("enrol", company.code(technician), "phone")
    device.done("sync")
    return device


def server_means(device: NodeDevice) -> dict[str, Any]:
    """The digests that the server gives the device with the last page of a download from nothing."""
    access, query = OfficeClient(device.url, device.state["access_token"]), ""
    page: dict[str, Any] = {"more": True}
    while page["more"]:
        page = access.ask("GET", f"/sync/v1/pull?limit=20{query}").json()
        query = f"&cursor={page['cursor']}"
    digests = page["digests"]
    assert isinstance(digests, dict), page
    return digests

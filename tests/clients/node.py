"""The JavaScript client, run as commands on one file."""

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
    """Decode base64url without padding."""
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
    """The value of a JavaScript expression over `m`, the module, and `given`."""
    script = f"import * as m from './{module}'; const given = JSON.parse(process.argv[1]); "
    done = run("--input-type=module", "-e", f"{script} console.log(JSON.stringify({expression}));", json.dumps(given))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class NodeDevice:
    """A device in a file, and the URL of its server."""

    file: Path
    url: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command; the finished process."""
        return run("device.mjs", str(self.file), self.url, *words)

    def done(self, *words: str) -> str:
        """Run a command that must succeed; its output."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stdout} {done.stderr}"
        return done.stdout

    def failed(self, *words: str) -> str:
        """Run a command that must fail with one sentence; the sentence."""
        done = self.run(*words)
        assert done.returncode == 1, f"{words}: {done.stdout}"
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr.strip()

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """Run a command; the JSON lines of its output."""
        return [json.loads(line) for line in self.done(*words).splitlines()]

    def record(self, *happened: tuple[str, dict[str, Any]], options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Record operations, several as one group."""
        words = [word for type_, data in happened for word in (type_, json.dumps(data))]
        return self.lines("record", *words, *options)

    def photograph(self, content: bytes, order: str = "job-1") -> str:
        """Record a photo; the path of its upload."""
        path = self.file.with_name("photo.jpg")
        path.write_bytes(content)
        data = {"work_order": order, "media_type": "image/jpeg"}
        [operation] = self.record(("photo_taken", data), options=("--blob", str(path)))
        photo = operation["data"]
        assert (photo["sha256"], photo["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
        return f"blobs/{photo['sha256']}"

    @property
    def held(self) -> list[dict[str, Any]]:
        """Its documents, by type and id."""
        return sorted(self.lines("show"), key=lambda document: (document["type"], document["id"]))

    @property
    def statuses(self) -> list[str]:
        """The status of each recorded operation."""
        return [entry["result"]["status"] for entry in self.state["operations"]]

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the device's file directly."""
        state = self.state
        change(state)
        self.file.write_text(json.dumps(state))

    @property
    def state(self) -> dict[str, Any]:
        """The content of the file."""
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

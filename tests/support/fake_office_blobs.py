"""The uploads of the fake office: pieces are accepted, and whole blobs kept when an operation named them."""

from collections.abc import Mapping
from hashlib import sha256

from sync.device import Reply
from sync.device.json_text import Json
from tests.support.fake_office_enrolment import problem, reply

CHUNK = 256 * 1024


class FakeBlobs:
    """Uploads by hash: `named` are the sizes in recorded operations, `begun` incomplete bytes, `kept` whole blobs."""

    def __init__(self) -> None:
        self.named: dict[str, int] = {}
        self.begun: dict[str, bytes] = {}
        self.kept: dict[str, bytes] = {}

    def name(self, data: Json) -> None:
        if "sha256" in data:
            self.named[data["sha256"]] = data["size"]

    def answer(self, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if name not in self.named:
            refusal = problem(404, "blob-not-named")
            return refusal if method == "PUT" else refusal._replace(body=b"")
        if method == "HEAD":
            return Reply(200, self._offset(name), b"")
        return self._put(name, int(headers["upload-offset"]), body)

    def _put(self, name: str, offset: int, body: bytes) -> Reply:
        there = self.kept.get(name, self.begun.get(name, b""))
        if len(body) > CHUNK:
            return problem(413, "chunk-too-large")
        if offset != len(there) or name in self.kept:
            return problem(409, "upload-offset-mismatch", offset=len(there))
        self.begun[name] = there + body
        if len(self.begun[name]) >= self.named[name]:
            whole = self.begun.pop(name)
            if sha256(whole).hexdigest() != name or len(whole) != self.named[name]:
                return problem(422, "blob-mismatch")
            self.kept[name] = whole
        return reply(200, {}, **self._offset(name))

    def _offset(self, name: str) -> dict[str, str]:
        there = self.kept.get(name, self.begun.get(name, b""))
        return {"upload-offset": str(len(there)), "upload-length": str(self.named[name])}

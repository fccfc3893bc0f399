"""pouchdb-server on LevelDB, installed by npm into a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from benchmarks.side_by_side_setup import UnavailableError, free_port, run, serving
from benchmarks.side_by_side_systems import CLIENTS, PAGE, Page, decoded
from tests.support.office_client import Json, OfficeClient

PACKAGE = "pouchdb-server@4.2.0"
_AT_ONCE = 500
_LONG_POLL_MS = 20_000


class PouchDB:
    """A database for records and one for documents."""

    name = "pouchdb-server"
    facts = (
        "1 process, since LevelDB takes no more; answers before the disk has it (LevelDB without sync); a document has"
        " revisions and keeps conflicts, nothing is decided; open to everybody, no accounts"
    )

    def __init__(self, url: str, records: Callable[[int, int], list[Json]]) -> None:
        self._url = url
        self._desks = [OfficeClient(url) for _ in range(CLIENTS)]
        self._reader = OfficeClient(url)
        self._records = records
        for database in ("operations", "documents"):
            answer = self._reader.ask("PUT", f"/{database}", b"")
            assert answer.status == 201, answer

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """Bodies of `_bulk_docs`, for a new connection."""
        self._desks[client] = OfficeClient(self._url)
        return [_bulk({"_id": one.pop("id"), **one} for one in self._records(client, size)) for _ in range(batches)]

    def send(self, client: int, body: bytes) -> int:
        """One `_bulk_docs`."""
        return self._put(self._desks[client], "operations", body)

    def drop(self, client: int, records: int) -> None:
        """Do nothing: nothing counts the records."""

    def settle(self) -> None:
        """Do nothing: it has no views here."""

    def store(self, documents: list[Json]) -> None:
        """One document each."""
        named = [{"_id": f"{one['type']}/{one['id']}", "body": one["body"]} for one in documents]
        for start in range(0, len(named), _AT_ONCE):
            batch = named[start : start + _AT_ONCE]
            assert self._put(OfficeClient(self._url), "documents", _bulk(batch)) == len(batch)

    def download(self, cursor: str | None = None) -> Page:
        """The feed of changes with the documents."""
        since, many = cursor or "0", 0
        while True:
            reply = self._changes("documents", since, f"&limit={PAGE}")
            many, since = many + len(reply["results"]), str(reply["last_seq"])
            if len(reply["results"]) < PAGE:
                return Page(many, since)

    def change(self, many: int) -> int:
        """Write some of the documents anew."""
        found = self._changes("documents", "0", f"&limit={many}")["results"]
        return self._put(OfficeClient(self._url), "documents", _bulk(each["doc"] for each in found))

    def newest(self) -> str:
        """The last sequence number of the records."""
        return str(decoded(self._reader.ask("GET", "/operations"))["update_seq"])

    def wait(self, cursor: str) -> None:
        """The feed's long poll."""
        assert self._changes("operations", cursor, f"&feed=longpoll&timeout={_LONG_POLL_MS}")["results"]

    def _changes(self, database: str, since: str, more: str) -> Any:
        path = f"/{database}/_changes?include_docs=true&since={quote(since)}{more}"
        return decoded(self._reader.ask("GET", path))

    @staticmethod
    def _put(desk: OfficeClient, database: str, body: bytes) -> int:
        answer = desk.ask("POST", f"/{database}/_bulk_docs", body)
        assert answer.status == 201, answer
        return answer.body.count(b'"ok":true')


def _bulk(documents: Any) -> bytes:
    return orjson.dumps({"docs": list(documents)})


@contextmanager
def pouchdb_in(folder: Path, records: Callable[[int, int], list[Json]]) -> Iterator[PouchDB]:
    """Install and serve it; raises `UnavailableError`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise UnavailableError("Node and npm are not installed")
    home = folder / "pouchdb"
    program = home / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
    if not program.exists():
        home.mkdir(exist_ok=True)
        (home / "package.json").write_text("{}")
        run([npm, "install", "--no-audit", "--no-fund", PACKAGE], home)
    shutil.rmtree(home / "data", ignore_errors=True)
    port = free_port()
    command: list[str | Path] = [
        node,
        program,
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
        "--dir",
        "data",
        "--no-stdout-logs",
    ]
    with serving(command, home, port, "/") as url:
        yield PouchDB(url, records)

"""Kinto on the benchmark's PostgreSQL, installed into a virtual environment of its own, served by gunicorn."""

from __future__ import annotations

import re
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

import orjson

from benchmarks.place import Place
from benchmarks.side_by_side_setup import free_port, run, serving
from benchmarks.side_by_side_systems import CLIENTS, PAGE, Page, decoded
from tests.support.databases import run as run_sql
from tests.support.office_client import Json, OfficeClient

PACKAGES = ("kinto[postgresql]==26.5.0", "gunicorn==27.0.1", "setuptools<81")
POLL_SECONDS = 0.01
_AT_ONCE = 100
_CREATED = re.compile(rb'"status": ?201')
_BUCKET = "/v1/buckets/callout"
_SETTINGS = """
[app:main]
use = egg:kinto
kinto.userid_hmac_secret = benchmark
multiauth.policies = basicauth
kinto.bucket_create_principals = system.Authenticated
kinto.batch_max_requests = {most}
kinto.paginate_by = {page}
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {dsn}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {dsn}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {dsn}
"""


class Kinto:
    """A bucket with a collection of records for each client, as writes into one collide, and one of documents."""

    name = "Kinto"
    facts = (
        "2 server processes; each batch is one transaction, on disk (fsync) before it is answered; a record is a row"
        " that may be overwritten (If-None-Match guards), nothing is decided and no history kept; others poll"
    )

    def __init__(self, url: str, records: Callable[[int, int], list[Json]]) -> None:
        self._url = url
        self._desks = [OfficeClient(url) for _ in range(CLIENTS)]
        self._reader = OfficeClient(url)
        self._records = records
        self._key = {"Authorization": "Basic " + b64encode(b"technician:secret").decode()}
        self._documents: list[bytes] = []
        for path in ("", *(f"/collections/{name}" for name in ("documents", *map(_own, range(CLIENTS))))):
            answer = self._reader.ask("PUT", _BUCKET + path, b"{}", **self._key)
            assert answer.status == 201, answer

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """Batches of PUTs that create records under the ids that clients gave them, for a new connection."""
        self._desks[client] = OfficeClient(self._url)
        return [_batch(_own(client), self._records(client, size)) for _ in range(batches)]

    def send(self, client: int, body: bytes) -> int:
        """One batch."""
        answer = self._desks[client].ask("POST", "/v1/batch", body, **self._key)
        assert answer.status == 200, answer
        return len(_CREATED.findall(answer.body))

    def drop(self, client: int, records: int) -> None:
        """Do nothing: nothing counts the records."""

    def settle(self) -> None:
        """Do nothing: it has no views."""

    def store(self, documents: list[Json]) -> None:
        """One record each."""
        self._desks[0] = OfficeClient(self._url)
        named = [{"id": str(uuid4()), "type": one["type"], "body": one["body"]} for one in documents]
        for start in range(0, len(named), _AT_ONCE):
            batch = named[start : start + _AT_ONCE]
            assert self.send(0, _batch("documents", batch)) == len(batch)
        self._documents = [orjson.dumps({"data": one}) for one in named]

    def download(self, cursor: str | None = None) -> Page:
        """The collection, following `Next-Page`."""
        return self._read("documents", cursor)

    def change(self, many: int) -> int:
        """Write some of the documents anew."""
        writer = OfficeClient(self._url)
        for body in self._documents[:many]:
            path = f"{_BUCKET}/collections/documents/records/{orjson.loads(body)['data']['id']}"
            assert writer.ask("PUT", path, body, **self._key).status == 200
        return many

    def newest(self) -> str:
        """The timestamp of the first client's collection."""
        path = f"{_BUCKET}/collections/{_own(0)}/records?_limit=1"
        return self._reader.ask("GET", path, **self._key).headers["etag"]

    def wait(self, cursor: str) -> None:
        """Poll until there is a newer record."""
        while self._read(_own(0), cursor).many == 0:
            time.sleep(POLL_SECONDS)

    def _read(self, collection: str, cursor: str | None) -> Page:
        since = f"&_since={quote(cursor)}" if cursor else ""
        path: str | None = f"{_BUCKET}/collections/{collection}/records?_limit={PAGE}{since}"
        many, newest = 0, cursor or ""
        while path:
            answer = self._reader.ask("GET", path, **self._key)
            many += len(decoded(answer)["data"])
            newest = answer.headers["etag"]
            following = answer.headers.get("next-page")
            path = following and following.partition(urlsplit(following).netloc)[2]
        return Page(many, newest)


def _own(client: int) -> str:
    return f"operations-{client}"


def _batch(collection: str, records: list[Json]) -> bytes:
    requests = [
        {"path": f"{_BUCKET}/collections/{collection}/records/{one['id']}", "body": {"data": one}} for one in records
    ]
    return orjson.dumps({"defaults": {"method": "PUT", "headers": {"If-None-Match": "*"}}, "requests": requests})


@contextmanager
def kinto_on(place: Place, folder: Path, records: Callable[[int, int], list[Json]]) -> Iterator[Kinto]:
    """Install and serve it; raises `UnavailableError`."""
    home = folder / "kinto"
    binaries = home / "venv" / "bin"
    if not binaries.exists():
        home.mkdir(exist_ok=True)
        run([sys.executable, "-m", "venv", home / "venv"], home)
        run([binaries / "python", "-m", "pip", "-q", "install", *PACKAGES], home)
    name = f"kinto_{uuid4().hex}"
    run_sql(place.dsn, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    dsn = urlsplit(place.dsn)._replace(path=f"/{name}").geturl().replace("%", "%%")
    settings = home / "kinto.ini"
    settings.write_text(_SETTINGS.format(most=_AT_ONCE, page=PAGE, dsn=dsn))
    try:
        run([binaries / "kinto", "migrate", "--ini", settings], home)
        port = free_port()
        command: list[str | Path] = [binaries / "gunicorn", "--paste", settings, "--bind", f"127.0.0.1:{port}"]
        with serving([*command, "--workers", "2", "--threads", "8"], home, port, "/v1/") as url:
            yield Kinto(url, records)
    finally:
        run_sql(place.dsn, f"DROP DATABASE {name} WITH (FORCE)")

"""The reference client: one technician's replica and outbox in one SQLite file, on the standard library alone."""

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import os
import random as dice
import re
import sqlite3
import sys
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from hashlib import sha256
from http import HTTPStatus as Http
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol
from urllib.parse import urlencode, urlsplit
from uuid import UUID

Json = dict[str, Any]
BATCH, BATCH_BYTES, OPERATION_BYTES = 100, 1_000_000, 16 * 1024  # sync.md's limits, with room for the envelope
PAGE, REPLY_BYTES, GZIP_FROM = 500, 32 * 1024 * 1024, 1024  # documents, bytes, bytes
BLOB_BYTES, CHUNK = 25 * 1024 * 1024, 256 * 1024
TIMEOUT, PATIENCE, RESTARTS = 30.0, 60.0, 3  # seconds of silence; longest wait sat out; detours in one call
CHALLENGES = 2  # as many are answered, one after the other, before somebody has to look
HOUR, DAY = 3600.0, 86400.0
KEPT = 7 * DAY  # seconds that an acknowledged operation stays, for a server restored from a backup
OUT_OF_REACH = (0, Http.TOO_MANY_REQUESTS, Http.SERVICE_UNAVAILABLE)  # what one photo meets here, all would meet
HEALS, WAIT = 2, 25  # times an hour; seconds of a long poll
LARGEST = 2**53 - 1
GROUP_NAME = 64  # characters
UNDECIDED = ("held", "quarantined")  # the last word comes as an `operation` document
STATUSES = ("applied", "conflicted", "rejected", *UNDECIDED)
STOCK_EFFECT = {"part_used": -1, "part_scrapped": -1, "part_sent": -1, "part_received": 1, "part_removed": 1}
AUDIENCES = ("own", "shared")
ADVICE = {
    "token-expired": "This device was away for too long: enrol it again with a new code.",
    "token-reused": "The server no longer trusts this device: enrol it again with a new code.",
    "proof-required": "The server asks for this device's key: enrol it again with a new code.",
    "device-forked": "This device was cloned or restored: enrol it again with a new code.",
    "device-revoked": "The office has revoked this device: its work stays here, and it can be enrolled again.",
    "device-suspended": "The office has suspended this device: what it sends is kept apart, and nothing comes back.",
    "upgrade-required": "This app is too old to receive anything: what is recorded is still sent, but upgrade it.",
    "signature-required": "This company wants signed work: install the Python package cryptography and enrol again.",
}
SCHEMA_VERSION = 1
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS operations (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER UNIQUE,
        operation TEXT NOT NULL, acknowledged REAL, status TEXT, position INTEGER NOT NULL DEFAULT 0, result TEXT)""",
    "CREATE INDEX IF NOT EXISTS unsent ON operations (seq) WHERE acknowledged IS NULL",
    """CREATE TABLE IF NOT EXISTS documents (type TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
        hash TEXT, body TEXT NOT NULL, gone TEXT, generation INTEGER NOT NULL, PRIMARY KEY (type, id))""",
    "ALTER TABLE documents ADD COLUMN shared INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX gone ON documents (type, id) WHERE gone IS NOT NULL",
    """CREATE TABLE blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, attached REAL NOT NULL, done REAL,
        failures INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0)""",
    """CREATE TABLE pieces (sha256 TEXT NOT NULL, start INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (sha256, start))""",
)
# A few rows at a time, so that a device can be erased on a full disk.
ERASE = (
    "DELETE FROM pieces WHERE rowid IN (SELECT rowid FROM pieces LIMIT 8)",
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents LIMIT 500)",
    "DELETE FROM operations WHERE rowid IN (SELECT rowid FROM operations LIMIT 500)",
    "DELETE FROM blobs WHERE rowid IN (SELECT rowid FROM blobs LIMIT 500)",
)
# The two halves of a `<location>/<part>` id are looked for one by one; a lone UUID is both halves at once.
SWEEP_DOCUMENTS = """
DELETE FROM documents WHERE gone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operations WHERE acknowledged IS NULL
    AND instr(operation, substr(documents.id, 1, 36)) AND instr(operation, substr(documents.id, -36)))
"""
# An operation outlives its week while the office has not decided about it, or the bytes that it names are not there.
SWEEP_OPERATIONS = """
DELETE FROM operations WHERE acknowledged < ? AND status NOT IN (?, ?) AND (status = 'rejected'
    OR NOT EXISTS (SELECT 1 FROM blobs WHERE done IS NULL AND instr(operations.operation, blobs.sha256)))
"""
SWEEP_BLOBS = """
DELETE FROM blobs WHERE coalesce(done, attached) < ?
    AND NOT EXISTS (SELECT 1 FROM operations WHERE instr(operations.operation, blobs.sha256))
"""


# What can go wrong


class DeviceError(Exception):
    """Something did not work; the message is one sentence for a person, and the outbox is untouched."""

    def __init__(self, message: str, status: int = 0, problem: Json | None = None, wait: float | None = None) -> None:
        self.status, self.problem, self.wait = status, problem or {}, wait
        self.code = re.split(r"[/:#]", str(self.problem.get("type", "")))[-1]
        super().__init__(ADVICE.get(self.code, message))


class BadUseError(DeviceError):
    """The caller asked for something that cannot be."""


class FullError(DeviceError, sqlite3.OperationalError):
    """The disk is full: nothing was stored, and everything that was stored before is there."""


class OfflineError(DeviceError):
    """No usable answer came: no network, a lost reply, an overloaded or a foreign server."""


class RefusedError(DeviceError):
    """The server answered with a problem: see `status`, `code` and `problem`."""


class ErasedError(RefusedError):
    """The office has had this device erased."""


@contextmanager
def stored() -> Iterator[None]:
    """A full disk in one sentence."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        raise FullError("The disk is full, so nothing of this was stored: make room and do it again.") from error


@contextmanager
def understood() -> Iterator[None]:
    """An answer without the form that it must have is as good as none."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, sqlite3.InterfaceError) as error:
        raise OfflineError(f"The server's answer cannot be understood ({type(error).__name__}: {error}).") from error


# What goes in and comes out


class Reply(NamedTuple):
    """What a transport brings back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream(NamedTuple):
    """A reply whose lines come one by one, as the server writes them."""

    status: int
    headers: Mapping[str, str]
    lines: Iterable[bytes]


class Synced(NamedTuple):
    """What came back: results, the number of changed documents, whether nothing is left to pull.

    `blobs` were completed; `notice` is a sentence for the person, when what is shown here is not what it should be.
    """

    results: list[Json]
    documents: int
    caught_up: bool
    blobs: int = 0
    notice: str | None = None


class Deed(NamedTuple):
    """One of several operations that are recorded together; `at` is aware, or now."""

    kind: str
    data: Json
    at: datetime | None = None
    v: int = 1
    needs: Sequence[str] = ()


class Queued(NamedTuple):
    """An operation of the outbox as it will be sent."""

    seq: int
    text: str


Transport = Callable[[str, str, Mapping[str, str], bytes | None, float], Reply]
Listen = Callable[[str, Mapping[str, str], float], AbstractContextManager[Stream]]
Connect = Callable[[str], sqlite3.Connection]
Make = Callable[[], bytes]


@contextmanager
def exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
) -> Iterator[tuple[int, dict[str, str], Any]]:
    """One request and the beginning of its answer: status, headers in lower case, and what is to be read."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=timeout)) as connection:
        connection.request(method, url[url.index("/", len("https://")) :], body, dict(headers))
        answer = connection.getresponse()
        yield answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer


def over_http(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Reply:
    """One exchange over HTTP(S), no redirect followed; `timeout` is the longest silence in seconds."""
    with exchange(method, url, headers, body, timeout) as (status, said, answer):
        return Reply(status, said, answer.read(REPLY_BYTES))


@contextmanager
def lines_over_http(url: str, headers: Mapping[str, str], timeout: float) -> Iterator[Stream]:
    """The lines of a GET as they come; `timeout` is the longest silence in seconds."""
    with exchange("GET", url, headers, None, timeout) as opened:
        yield Stream(*opened)


def open_file(path: str) -> sqlite3.Connection:
    """The device's file, made if there is none; each statement commits by itself unless a transaction is begun."""
    if path != ":memory:":  # only its owner may read it: it holds the tokens and the key
        with suppress(OSError):  # which SQLite will tell about
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return sqlite3.connect(path, timeout=TIMEOUT, isolation_level=None)


def local_now() -> datetime:
    """Give the device's clock: aware, in its own zone."""
    return datetime.now(UTC).astimezone()


class World(NamedTuple):
    """All that a device has of the world around it: other ones make it repeatable."""

    transport: Transport
    listen: Listen
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: dice.Random

    def now(self) -> float:
        """The device's clock in seconds."""
        return self.clock().timestamp()

    def new_id(self) -> str:
        """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance."""
        milliseconds, chance = int(self.now() * 1000), self.random.getrandbits(74)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1))

    def a_bit_more(self, seconds: float) -> float:
        """So long, and up to half as much again by chance."""
        return seconds * (1 + self.random.random() / 2)


# JSON


def to_json(value: Any) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """The canonical JSON (RFC 8785) of strings, integers within ±(2^53−1), booleans, nulls, lists and objects.

    Raises ValueError for text that is no Unicode.
    """
    return to_json(in_order(value)).encode()


def in_order(value: Any) -> Any:
    """The same value with the members of its objects in the order of RFC 8785, which is that of UTF-16."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value, key=lambda name: str(name).encode("utf-16-be"))}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def refuse_float(text: str) -> NoReturn:
    """For the parser: the protocol has no floats."""
    raise ValueError(f"{text} must be a string, since the protocol has no floats")


def exact_integer(text: str) -> int:
    """For the parser: an integer that every language keeps exactly."""
    if abs(int(text)) > LARGEST:
        raise ValueError(f"{text} must be a string, since integers end at {LARGEST}")
    return int(text)


def ascii_names(pairs: list[tuple[str, Any]]) -> Json:
    """For the parser: an object whose members can be ordered in one way only."""
    for name, _ in pairs:
        if not name.isascii():
            raise ValueError(f"the name {name} is not ASCII")
    return dict(pairs)


def sendable(value: Json) -> Json:
    """The value as the server will read it; raises TypeError or ValueError for what the protocol cannot say."""
    hooks: Json = {"parse_float": refuse_float, "parse_constant": refuse_float, "parse_int": exact_integer}
    told: Json = json.loads(to_json(value), object_pairs_hook=ascii_names, **hooks)
    return told


def base64(raw: bytes) -> str:
    """As base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


# The file


class File:
    """The SQLite file: named values in JSON, and transactions that are on disk as a whole or not at all."""

    def __init__(self, path: str, connect: Connect) -> None:
        self.path, self.db = path, connect(path)
        self.db.row_factory = sqlite3.Row
        with stored():
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self.db.execute(f"PRAGMA {pragma}")
            if self._version() < SCHEMA_VERSION:
                self._make()

    def _version(self) -> int:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def _make(self) -> None:
        """Make the tables, or add to those of an older version what they lack."""
        with self.transaction():
            if self._version() < SCHEMA_VERSION:  # no other process was faster
                for statement in SCHEMA:
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                if self.get("cursor"):  # older bodies were not stored as canonical JSON
                    self.set(cursor=None, generation=self.get("generation", 0) + 1)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is on disk at the end, or nothing."""
        with stored():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    if self.db.in_transaction:  # a full disk may have ended it already
                        self.db.execute("ROLLBACK")
                raise

    def get(self, name: str, default: Any = None) -> Any:
        """A named value."""
        row = self.db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, **values: Any) -> None:
        """Keep named values, all or none of them."""
        if not self.db.in_transaction:
            with self.transaction():
                return self.set(**values)
        for name, value in values.items():
            self.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, to_json(value)))
        return None

    def erase(self, keep: Sequence[str] = ()) -> None:
        """Remove everything but the named values, from free pages and journal too; may be repeated after a kill."""
        for statement in ERASE:
            while self._erase_some(statement):
                pass
        with self.transaction():
            self.db.execute(f"DELETE FROM state WHERE name NOT IN ({','.join('?' * len(keep))})", keep)  # noqa: S608
        with stored():
            self.db.execute("VACUUM")
        if self._empty_journal():
            raise DeviceError("Another program has this device's file open, so that it cannot be erased: close it.")
        with suppress(OSError):
            Path(f"{self.path}.renewing").unlink()

    def _erase_some(self, statement: str) -> int:
        with self.transaction():
            erased = self.db.execute(statement).rowcount
        self._empty_journal()
        return erased

    def _empty_journal(self) -> bool:
        """Move the journal into the file and cut it off; whether somebody was in the way."""
        with stored():
            return bool(self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


# Who the device is


class Signer(Protocol):
    """What the package `cryptography` gives for an Ed25519 key."""

    def sign(self, data: bytes, /) -> bytes:
        """64 bytes."""

    def public_key(self) -> Any:
        """With `public_bytes_raw()`."""


def signer(secret: bytes) -> Signer | None:
    """An Ed25519 key from its 32 secret bytes, or None without the package `cryptography`."""
    with suppress(ImportError):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return Ed25519PrivateKey.from_private_bytes(secret)
    return None


class Installation(NamedTuple):
    """An installation: its name for ever and, in base64url, the secret of its key, if it has one."""

    install_id: str
    key: str | None

    def signed(self, text: str) -> str | None:
        """The signature of a text, or None without a key."""
        key = self._signer()
        return None if key is None else base64(key.sign(text.encode()))

    def public_key(self) -> str | None:
        """The public key as the protocol writes it, or None without a key."""
        key = self._signer()
        return None if key is None else base64(key.public_key().public_bytes_raw())

    def _signer(self) -> Signer | None:
        return signer(urlsafe_b64decode(self.key + "=")) if self.key else None


class Identity:
    """Who this installation is, and who it will be when an enrolment has been answered."""

    def __init__(self, file: File, world: World) -> None:
        self.file, self.world = file, world
        self._begin()

    def _begin(self) -> None:
        if self.file.get("install_id") is None:
            with self.file.transaction():
                if self.file.get("install_id") is None:  # no other process was faster
                    self.become(self._another())

    def now(self) -> Installation:
        """Who it is."""
        return Installation(self.file.get("install_id"), self.file.get("key"))

    def become(self, who: Installation) -> None:
        """Inside a transaction: be that one from now on."""
        self.file.set(install_id=who.install_id, key=who.key, next_self=None)

    def for_code(self, code: str, *, as_new: bool) -> Installation:
        """Who enrols with a code; the same one each time, since a lost reply is only given again to the same."""
        self._begin()  # anew, after having been erased
        waiting, who = self.file.get("next_self"), self.now()
        if waiting and waiting["code"] == code:
            return Installation(waiting["install_id"], waiting["key"])
        another = self._another()
        other = Installation(another.install_id if as_new else who.install_id, who.key or another.key)
        self.file.set(next_self={"code": code} | other._asdict())  # a full disk shows before the code is used up
        return other

    def _another(self) -> Installation:
        secret = self.world.random.randbytes(32)
        return Installation(self.world.new_id(), base64(secret) if signer(secret) else None)


# The way to the server


class Request(NamedTuple):
    """What is asked; `make` gives the body anew for each attempt, since a push tells the time.

    `members` must be in the answer. Who is not `patient` asks once, whatever happened before.
    """

    method: str
    path: str
    members: Sequence[str] = ()
    make: Make | None = None
    headers: Mapping[str, str] = {}
    authorized: bool = True
    wait: int = 0
    patient: bool = True


class Answer(NamedTuple):
    """What a server says that speaks the protocol."""

    said: Json
    headers: Mapping[str, str]


class Wire:
    """Asks until there is an answer, not too often, and keeps the tokens fresh."""

    def __init__(self, file: File, world: World, identity: Identity, tries: int) -> None:
        self.file, self.world, self.identity, self.tries = file, world, identity, tries
        self.gzip = True

    def call(self, request: Request) -> Answer:
        """The answer, or OfflineError after some attempts, or RefusedError."""
        if request.patient:
            self._sit_out()
        attempts, renewed = 1, False
        while True:
            access = self._access() if request.authorized else None
            try:
                answer = self._ask(request, access)
            except OfflineError as error:
                if not request.patient:
                    raise
                delay = self._put_off(error.wait)
                if attempts >= self.tries or (error.wait or 0) > PATIENCE:
                    raise
                attempts += 1
                self.world.sleep(delay)
            except RefusedError as error:
                if self._is_stale(error, request) and access and not renewed:
                    renewed = True
                    self._renew(access)
                elif error.status == Http.UNSUPPORTED_MEDIA_TYPE and self.gzip:
                    self.gzip = False
                else:
                    self._reached()
                    raise
            else:
                self._reached()
                return answer

    def _is_stale(self, error: RefusedError, request: Request) -> bool:
        silent = request.method == "HEAD" and error.status == Http.UNAUTHORIZED  # such an answer has no body
        return silent or error.code == "token-expired"

    def _access(self) -> str:
        access: str | None = self.file.get("access_token")
        if access is None:
            raise RefusedError("This device is not enrolled: ask the office for a code.")
        return access

    def _address(self) -> str:
        address = str(self.file.get("base_url", "")).rstrip("/")
        if not address:
            raise BadUseError("Say where the server is, once: --url https://…")
        return address

    def _ask(self, request: Request, access: str | None) -> Answer:
        """One attempt: the answer, or OfflineError when another attempt may help, or RefusedError."""
        address, body = self._address(), request.make() if request.make else None
        headers = {"Accept": "application/json", "Content-Type": "application/json"} | dict(request.headers)
        headers |= {"Authorization": f"Bearer {access}"} if access else {}
        if body and len(body) > GZIP_FROM and self.gzip and request.method == "POST":
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        with self._answering():
            reply = self.world.transport(request.method, address + request.path, headers, body, TIMEOUT + request.wait)
        answer = to_answer(reply)
        if not all(member in answer.said for member in request.members):
            raise OfflineError(f"What answers at {address} does not speak the sync protocol.")
        return answer

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """A network that fails in one sentence."""
        try:
            yield
        except (OSError, HTTPException, ValueError) as error:
            raise OfflineError(f"No answer from {self._address()} ({str(error) or type(error).__name__}).") from error

    def lines(self, path: str) -> Generator[bytes]:
        """The lines of a stream until the server ends it; OfflineError when it breaks off, RefusedError."""
        access = self._access()
        try:
            yield from self._listen(path, access)
        except RefusedError as error:
            if error.code != "token-expired":
                raise
            self._renew(access)
            yield from self._listen(path, self._access())

    def _listen(self, path: str, access: str) -> Iterator[bytes]:
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {access}"}
        with self._answering(), self.world.listen(self._address() + path, headers, TIMEOUT) as stream:
            if stream.status != Http.OK:
                to_answer(Reply(stream.status, stream.headers, b"".join(stream.lines)))
            yield from stream.lines

    # Not too often

    def _sit_out(self) -> None:
        """Wait as long as the last failure asks for, also after a restart; OfflineError when that is too long."""
        pause, now = self.file.get("pause"), self.world.now()
        if pause and pause["since"] <= now < pause["until"]:  # a clock that was put back ends it
            left = pause["until"] - now
            if left > 1.5 * PATIENCE:
                raise OfflineError(f"The server asked to be left alone for another {left:.0f} seconds.", wait=left)
            self.world.sleep(left)

    def _put_off(self, wait: float | None) -> float:
        """After a failure: how long to wait, which is kept for the next start as well."""
        failures, now = (self.file.get("pause") or {}).get("failures", 0), self.world.now()
        delay = self.world.a_bit_more(min(wait, DAY) if wait else min(0.5 * 2**failures, PATIENCE))
        self.file.set(pause={"failures": min(failures + 1, 20), "since": now, "until": now + delay})
        return delay

    def _reached(self) -> None:
        if self.file.get("pause"):
            self.file.set(pause=None)

    # Tokens

    def _renew(self, stale: str) -> None:
        """Trade the refresh token for a new pair; in turn, since using one twice would lock the device out."""
        lock = f"{self.file.path}.renewing" if Path(self.file.path).exists() else ":memory:"
        with closing(sqlite3.connect(lock, timeout=4 * TIMEOUT, isolation_level=None)) as turn:
            turn.execute("BEGIN EXCLUSIVE")
            if self.file.get("access_token") != stale:
                return  # another process was faster
            self.file.set(renewed_at=self.world.now())  # on a full disk this fails, before the old token is used up
            members = ("access_token", "refresh_token")
            pair = self.prove("/sync/v1/token", members, self._wish)
            self.file.set(access_token=pair["access_token"], refresh_token=pair["refresh_token"])

    def prove(self, path: str, members: Sequence[str], wish: Callable[[Json], Json]) -> Json:
        """The answer to a wish with a proof; where the server asks for one more, with its challenge signed as well.

        `wish` makes the body from the members that go with it: none, or the challenge.
        """
        also: Json = {}
        for left in reversed(range(CHALLENGES + 1)):
            make = partial(bytes, to_json(wish(also)).encode())
            try:
                return self.call(Request("POST", path, members, make, authorized=False)).said
            except RefusedError as error:
                challenge = error.problem.get("challenge")
                if not (left and isinstance(challenge, str) and "proof" in wish(also)):
                    raise
                also = {"challenge": challenge}
        raise AssertionError("the last try answers or raises")

    def _wish(self, also: Json) -> Json:
        device_id, refresh = self.file.get("device_id"), self.file.get("refresh_token")
        proof = self.identity.now().signed("\n".join(("callout token", str(device_id), str(refresh), *also.values())))
        return {"refresh_token": refresh} | ({"device_id": device_id, "proof": proof, **also} if proof else {})


def to_answer(reply: Reply) -> Answer:
    """What a reply says; OfflineError when another attempt may help, RefusedError when the server refuses."""
    told: Any = None
    with suppress(ValueError):
        told = json.loads(reply.body)
    said: Json = told if isinstance(told, dict) else {}
    if reply.status in range(200, 300):
        return Answer(said, reply.headers)
    detail = str(said.get("detail") or said.get("title") or f"The server answered {reply.status}.")
    later = reply.headers.get("retry-after", "")
    busy = reply.status == Http.TOO_MANY_REQUESTS or reply.status >= Http.INTERNAL_SERVER_ERROR
    delay = float(later) if re.fullmatch(r"\d{1,9}", later) else None
    raise (OfflineError if busy else RefusedError)(detail, reply.status, said, delay)


# What was done


class Outbox:
    """The operations of this device: recorded, sent in order, and kept for a while after their result."""

    def __init__(self, file: File, world: World, identity: Identity) -> None:
        self.file, self.db, self.world, self.identity = file, file.db, world, identity

    def record(self, deeds: Sequence[Deed], group: str | None) -> list[str]:
        """Write operations in one transaction and give their ids."""
        if group is not None and not 0 < len(group) <= GROUP_NAME:
            raise BadUseError(f"The name of a group has 1 to {GROUP_NAME} characters.")
        with self.file.transaction():
            if self.file.get("wiping"):
                raise BadUseError("The office has revoked this device, and it is about to erase itself.")
            who = self.identity.now()
            ids = [self._add(deed, group, who) for deed in deeds]
            if group is not None:
                self._must_fit(group)
        return ids

    def _add(self, deed: Deed, group: str | None, who: Installation) -> str:
        at = deed.at or self.world.clock()
        if at.tzinfo is None:
            raise BadUseError("The time of an operation needs its offset from UTC.")
        seq, id_ = self.file.get("last_seq", 0) + 1, self.world.new_id()
        # What somebody dates back by more than a day is history: what is known today was not known then.
        is_history = deed.at is not None and deed.at < self.world.clock() - timedelta(days=1)
        seen = 0 if is_history else self.file.get("through", 0)
        operation: Json = {"id": id_, "seq": seq, "type": deed.kind, "v": deed.v}
        operation |= {"at": at.isoformat(timespec="milliseconds"), "seen": seen}
        operation |= {"group": group, "needs": list(deed.needs), "data": deed.data}
        try:
            text = to_json(signed(sendable(operation), who))
            size = len(text.encode())
        except (TypeError, ValueError) as error:
            raise BadUseError(f"This {deed.kind} cannot be sent: {error}.") from error
        if size > OPERATION_BYTES:
            raise BadUseError(f"This {deed.kind} has {size} bytes, and an operation holds {OPERATION_BYTES} at most.")
        self.db.execute("INSERT INTO operations (id, seq, operation) VALUES (?, ?, ?)", (id_, seq, text))
        self.file.set(last_seq=seq)
        return id_

    def _must_fit(self, group: str) -> None:
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq DESC LIMIT ?"
        texts = (text for (text,) in self.db.execute(sql, (BATCH + 1,)).fetchall())
        sizes = [len(text.encode()) + 1 for text in takewhile(lambda text: group_of(text) == group, texts)]
        if len(sizes) > BATCH or sum(sizes) > BATCH_BYTES:
            raise BadUseError(f"A group holds at most {BATCH} operations and {BATCH_BYTES} bytes.")

    def unsent(self) -> list[Json]:
        """The operations without a result, in the order they will be sent."""
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq"
        return [json.loads(text) for (text,) in self.db.execute(sql)]

    def waits(self) -> bool:
        """Whether there is anything to send."""
        sql = "SELECT 1 FROM operations WHERE acknowledged IS NULL LIMIT 1"
        return self.db.execute(sql).fetchone() is not None

    def told(self) -> Json:
        """What a push says about the outbox as a whole."""
        count = self.db.execute("SELECT count(*) FROM operations WHERE acknowledged IS NULL").fetchone()[0]
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq LIMIT 1"
        oldest = self.db.execute(sql).fetchone()
        return {"count": count, "oldest": json.loads(oldest[0])["at"] if oldest else None}

    def results(self) -> list[Json]:
        """The results, oldest first, each with its `operation`."""
        sql = (
            "SELECT result, operation FROM operations WHERE result IS NOT NULL AND acknowledged IS NOT NULL ORDER BY n"
        )
        return [json.loads(result) | {"operation": json.loads(text)} for result, text in self.db.execute(sql)]

    def batch(self, most: int) -> list[Queued]:
        """The next to be sent: about `most`, in whole groups, up to the first number that is no longer kept."""
        sql = "SELECT seq, operation FROM operations WHERE acknowledged IS NULL ORDER BY seq LIMIT ?"
        batch, size = list[Queued](), 0
        for run in in_groups([Queued(*row) for row in self.db.execute(sql, (BATCH + 1,)).fetchall()]):
            size += sum(len(one.text.encode()) + 1 for one in run)
            if batch and (len(batch) + len(run) > most or size > BATCH_BYTES or run[0].seq != batch[-1].seq + 1):
                break
            batch += run
        return batch[:BATCH]

    def missing(self, batch: Sequence[Queued]) -> Json | None:
        """The numbers that the server expects in front of a batch, and that this device no longer has."""
        expected = self.file.get("expected")
        through = (batch[0].seq if batch else self.file.get("last_seq", 0) + 1) - 1
        return {"from": expected, "through": through} if expected and expected <= through else None

    def when(self) -> float:
        """The time by which things are kept for a week: the server's, since a clock that jumps must not end it."""
        told: float | None = self.file.get("server_time")
        return self.world.now() if told is None else told

    def settle(self, results: Sequence[Json], *, late: bool = False) -> None:
        """Inside a transaction: keep each result and take its operation out of the outbox; `late` ones only change."""
        sql = """UPDATE operations SET acknowledged = coalesce(acknowledged, ?), status = ?, position = ?, result = ?
            WHERE id = ? AND (acknowledged IS NOT NULL) = ?"""
        for result in results:
            if result.get("status") in STATUSES:
                top = max(result.get("positions") or [0])
                row = (self.when(), result["status"], top, to_json(result), result.get("id"), late)
                self.db.execute(sql, row)
            if result.get("status") in UNDECIDED and not late:
                self.settle(self.last_words(result["id"]), late=True)

    def last_words(self, id_: str) -> list[Json]:
        """What an `operation` document says of an operation: the one of this device's own, if another has the id too.

        A result that was lost on the way can come after it.
        """
        sql = """SELECT body FROM documents WHERE type = 'operation' AND gone IS NULL AND generation = ?
            AND (id = ? OR instr(id, ?) = 1) ORDER BY length(id) DESC, position DESC LIMIT 1"""
        own = f"{id_}/{self.file.get('device_id')}/"
        rows = self.db.execute(sql, (self.file.get("generation", 0), id_, own)).fetchall()
        return [json.loads(body) | {"id": id_} for (body,) in rows]

    def answered(self, batch: Sequence[Queued], missing: Json | None) -> None:
        """Inside a transaction: while numbers may be missing, go on from what the server has now."""
        expected = self.file.get("expected")
        if expected:
            then = batch[-1].seq + 1 if batch else missing["through"] + 1 if missing else expected
            self.file.set(expected=then if then <= self.file.get("last_seq", 0) else None)

    def send_again(self, expected: int) -> None:
        """Inside a transaction: the server has lost everything from this number on."""
        self.db.execute("UPDATE operations SET acknowledged = NULL WHERE seq >= ?", (expected,))
        self.file.set(expected=expected)

    def first_kept(self) -> int:
        """The lowest number of this incarnation that is still here, or the next."""
        lowest = self.db.execute("SELECT min(seq) FROM operations").fetchone()[0]
        return int(lowest or self.file.get("last_seq", 0) + 1)

    def renumber(self) -> None:
        """Inside a transaction, for a new sequence: all that is kept counts as unsent, in its old order from 1 on."""
        rows = self.db.execute("SELECT n, operation FROM operations ORDER BY n").fetchall()
        self.db.execute("UPDATE operations SET seq = NULL, acknowledged = NULL")
        for seq, (n, text) in enumerate(rows, 1):
            row = (seq, to_json(json.loads(text) | {"seq": seq}), n)
            self.db.execute("UPDATE operations SET seq = ?, operation = ? WHERE n = ?", row)
        self.file.set(last_seq=len(rows), expected=None)

    def sign(self, who: Installation) -> None:
        """Inside a transaction: everything kept gets the signature of the key that this installation has now."""
        for n, text in self.db.execute("SELECT n, operation FROM operations").fetchall():
            row = (to_json(signed(json.loads(text), who)), n)
            self.db.execute("UPDATE operations SET operation = ? WHERE n = ?", row)

    def hand_over(self, batch: Sequence[Queued]) -> None:
        """Inside a transaction: these are with the office."""
        sql = "UPDATE operations SET acknowledged = ?, status = 'quarantined' WHERE seq BETWEEN ? AND ?"
        self.db.execute(sql, (self.when(), batch[0].seq, batch[-1].seq))

    def sweep(self) -> None:
        """Inside a transaction: forget what was acknowledged long ago."""
        self.db.execute(SWEEP_OPERATIONS, (self.when() - KEPT, *UNDECIDED))


def signed(operation: Json, who: Installation) -> Json:
    """The operation with the signature of its installation, if that has a key."""
    content = {name: value for name, value in operation.items() if name not in ("seq", "signature")}
    signature = who.signed(f"callout operation\n{sha256(canonical(content)).hexdigest()}")
    unsigned = {name: value for name, value in operation.items() if name != "signature"}
    return unsigned | ({"signature": signature} if signature else {})


def group_of(text: str) -> str | None:
    """The group of an operation's text."""
    group: str | None = json.loads(text).get("group")
    return group


def in_groups(queue: Sequence[Queued]) -> Iterator[list[Queued]]:
    """Neighbours of one group and without a gap together, all others alone."""
    groups = [group_of(one.text) for one in queue]
    keys = [
        (group, one.seq - n if group else one.seq) for n, (group, one) in enumerate(zip(groups, queue, strict=True))
    ]
    for _, run in groupby(zip(keys, queue, strict=True), key=lambda pair: pair[0]):
        yield [one for _, one in run]


# What the server sent


class Replica:
    """The documents of this technician as at `through`, and what can be computed from them."""

    def __init__(self, file: File, outbox: Outbox) -> None:
        self.file, self.db, self.outbox = file, file.db, outbox

    def documents(self, kind: str, id: str | None = None) -> list[Json]:
        """The documents of a type, or one of them."""
        sql = """SELECT type, id, position, hash, body, gone FROM documents
            WHERE type = ? AND id = coalesce(?, id) ORDER BY id"""
        return [dict(row) | {"body": json.loads(row["body"])} for row in self.db.execute(sql, (kind, id))]

    def store(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: a page with its cursor, unless another process went on from `asked` meanwhile."""
        if self.file.get("cursor") != asked:
            return 0
        generation = self.file.get("generation", 0)
        for change in page["changes"]:
            self._change(change, generation)
        if not page.get("more"):  # a download begun anew is complete: what it did not bring is no longer ours
            sql = "UPDATE documents SET gone = coalesce(gone, 'not downloaded again') WHERE generation < ?"
            self.db.execute(sql, (generation,))
        self.file.set(cursor=page["cursor"], through=page.get("through", self.file.get("through", 0)))
        if not page.get("more") and "digests" in page:
            self.file.set(
                agrees=all(page["digests"][name].items() >= own.items() for name, own in self.digests().items())
            )
        return len(page["changes"])

    def _change(self, change: Json, generation: int) -> None:
        type_, id_ = change["type"], change["id"]
        if "gone" in change:
            sql = "UPDATE documents SET gone = ?, generation = ? WHERE type = ? AND id = ?"
            self.db.execute(sql, (change["gone"], generation, type_, id_))
            return
        sql = """INSERT OR REPLACE INTO documents (type, id, position, hash, body, generation, shared)
            VALUES (?, ?, ?, ?, ?, ?, ?)"""
        body = canonical(change["body"]).decode()
        shared = change.get("shared") is True
        self.db.execute(sql, (type_, id_, change["position"], change.get("hash"), body, generation, shared))
        if type_ == "operation":  # the last word about one that was held or quarantined
            self.outbox.settle(self.outbox.last_words(id_.partition("/")[0]), late=True)

    def forget_cursor(self) -> None:
        """Inside a transaction: the next pull is a first download; the documents stay readable until it is complete."""
        self.file.set(cursor=None, generation=self.file.get("generation", 0) + 1, agrees=None)

    def entries(self) -> Iterator[tuple[str, int, int]]:
        """For each document that is not gone its audience, its leaf and its entry, from the body that is here."""
        for type_, id_, shared, body in self.db.execute(
            "SELECT type, id, shared, body FROM documents WHERE gone IS NULL"
        ):
            name, hashed = f"{type_}\0{id_}".encode(), sha256(body.encode()).hexdigest()
            entry = int.from_bytes(sha256(name + b"\0" + hashed.encode()).digest()[:16])
            yield AUDIENCES[shared], leaf_of(type_, id_), entry

    def digests(self) -> Json:
        """How many documents there are for each audience, and the sum of their entries."""
        counts, sums = dict.fromkeys(AUDIENCES, 0), dict.fromkeys(AUDIENCES, 0)
        for audience, _, entry in self.entries():
            counts[audience] += 1
            sums[audience] += entry
        return {audience: {"count": counts[audience], "sum": hex128(sums[audience])} for audience in AUDIENCES}

    def leaves(self) -> Json:
        """The sums of the 256 leaves for each audience."""
        sums = {audience: [0] * 256 for audience in AUDIENCES}
        for audience, leaf, entry in self.entries():
            sums[audience][leaf] += entry
        return {audience: [hex128(total) for total in sums[audience]] for audience in AUDIENCES}

    def heal(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: put all that belongs into the leaves that differ in the place of what is there."""
        if self.file.get("cursor") != asked:
            return 0
        differing = {(audience, leaf) for audience in AUDIENCES for leaf in page[audience]}
        for type_, id_, shared in self.db.execute("SELECT type, id, shared FROM documents").fetchall():
            if (AUDIENCES[shared], leaf_of(type_, id_)) in differing:
                sql = "UPDATE documents SET gone = coalesce(gone, 'not on the server') WHERE type = ? AND id = ?"
                self.db.execute(sql, (type_, id_))
        return self.store(asked, page)

    def sweep(self) -> None:
        """Inside a transaction: forget what is gone and no longer named."""
        self.db.execute(SWEEP_DOCUMENTS)

    def stock(self) -> list[Json]:
        """The `stock` bodies with what was done here and does not show in them yet."""
        lines = {(body["location"], body["part"]): body for body in (row["body"] for row in self.documents("stock"))}
        for body in lines.values():
            body |= {"confirmed": Decimal(body["on_hand"]), "on_hand": Decimal(body["on_hand"])}
            body.setdefault("reserved", "0")
        for kind, data in self._done_here():
            with suppress(KeyError, TypeError, ValueError, InvalidOperation):  # the server will quarantine it
                place = {"location": str(data["location"]), "part": str(data["part"])}
                quantity = Decimal(data["quantity"])
                nothing = place | {"on_hand": Decimal(0), "confirmed": Decimal(0), "reserved": "0"}
                line = lines.setdefault((place["location"], place["part"]), nothing)
                counted = kind == "stock_counted"
                line["on_hand"] = quantity if counted else line["on_hand"] + STOCK_EFFECT[kind] * quantity
        return list(lines.values())

    def _done_here(self) -> Iterator[tuple[str, Json]]:
        sql = """SELECT operation FROM operations
            WHERE result IS NULL OR status IN (?, ?) OR position > ? ORDER BY n"""
        for (text,) in self.db.execute(sql, (*UNDECIDED, self.file.get("through", 0))).fetchall():
            operation = json.loads(text)
            if operation["type"] == "stock_counted" or operation["type"] in STOCK_EFFECT:
                yield operation["type"], operation["data"]


def leaf_of(type_: str, id_: str) -> int:
    """The leaf of a document, 0 to 255."""
    return sha256(f"{type_}\0{id_}".encode()).digest()[0]


def hex128(total: int) -> str:
    """A sum mod 2^128 as 32 lower-case hex digits."""
    return f"{total % 2**128:032x}"


# Photos and signatures


class Blobs:
    """The bytes that operations name, in pieces of 256 KiB in the device's file."""

    def __init__(self, file: File, world: World, outbox: Outbox, wire: Wire) -> None:
        self.file, self.db, self.world, self.outbox, self.wire = file, file.db, world, outbox, wire

    def attach(self, content: bytes) -> str:
        """Store the bytes in one transaction and give their SHA-256 in hex."""
        if not 0 < len(content) <= BLOB_BYTES:
            raise BadUseError(f"This has {len(content)} bytes, and a photo or signature has 1 to {BLOB_BYTES}.")
        name = sha256(content).hexdigest()
        again = """INSERT INTO blobs (sha256, size, attached) VALUES (?, ?, ?)
            ON CONFLICT (sha256) DO UPDATE SET attached = excluded.attached, done = NULL, next_try = 0"""
        with self.file.transaction():
            self.db.execute(again, (name, len(content), max(self.world.now(), self.outbox.when())))
            for start in range(0, len(content), CHUNK):
                piece = (name, start, content[start : start + CHUNK])
                self.db.execute("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?)", piece)
        return name

    def waiting(self) -> int:
        """How many are not with the server yet."""
        count: int = self.db.execute("SELECT count(*) FROM blobs WHERE done IS NULL").fetchone()[0]
        return count

    def due(self) -> list[tuple[str, int]]:
        """Name and size of those that an answered operation names and whose time has come, oldest first."""
        sql = """SELECT sha256, size FROM blobs WHERE done IS NULL AND (next_try <= ? OR next_try > ?)
            AND EXISTS (SELECT 1 FROM operations WHERE acknowledged IS NOT NULL AND status <> 'rejected'
                AND instr(operations.operation, blobs.sha256)) ORDER BY attached, sha256"""
        now = self.world.now()
        return [(name, size) for name, size in self.db.execute(sql, (now, now + 2 * HOUR)).fetchall()]

    def upload(self) -> int:
        """Send what is due and give the number of those completed; what fails is put off, and an operation goes first.

        RefusedError only when the device is revoked.
        """
        completed = 0
        for name, size in self.due():
            try:
                if not self._send(name, size):
                    break
            except (OfflineError, RefusedError) as error:
                if error.code == "device-revoked":
                    raise
                self._put_off(name, error.wait)
                if error.status in OUT_OF_REACH:
                    break
            else:
                completed += 1
        return completed

    def _send(self, name: str, size: int) -> bool:
        """Send the rest of a blob; False when an operation wants to go first."""
        head = Request("HEAD", f"/sync/v1/blobs/{name}", (), None, {"Upload-Length": str(size)}, patient=False)
        offset, in_vain = self._offset(head, size), 0
        while offset < size:
            if self.outbox.waits():
                return False
            before, offset = offset, self._send_piece(name, size, offset)
            in_vain += offset <= before
            if in_vain > RESTARTS:
                raise RefusedError("The server takes pieces of a photo and has no more of it than before.")
        with self.file.transaction():
            self.db.execute("UPDATE blobs SET done = ? WHERE sha256 = ?", (self.outbox.when(), name))
        return True

    def _send_piece(self, name: str, size: int, offset: int) -> int:
        """Send the bytes from an offset to the end of the piece that it lies in; how many the server has then."""
        sql = "SELECT start, bytes FROM pieces WHERE sha256 = ? AND start <= ? ORDER BY start DESC LIMIT 1"
        start, content = self.db.execute(sql, (name, offset)).fetchone()
        body = bytes(content[offset - start :])
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
        headers["Upload-Length"] = str(size)
        put = Request("PUT", f"/sync/v1/blobs/{name}", (), lambda: body, headers, patient=False)
        try:
            return self._offset(put, size)
        except RefusedError as refusal:
            told = refusal.problem.get("offset", -1)
            if refusal.code != "upload-offset-mismatch" or told not in range(size + 1):
                raise
            return int(told)

    def _offset(self, request: Request, size: int) -> int:
        """How many bytes the server has after a request, all of them when it wants no more."""
        headers = self.wire.call(request).headers
        told = headers.get("upload-offset", "")
        is_number = re.fullmatch("[0-9]{1,12}", told) is not None
        if is_number and told == headers.get("upload-length"):
            return size
        if not is_number or int(told) > size:
            raise OfflineError("The server does not say how much of a photo it has.")
        return int(told)

    def _put_off(self, name: str, wait: float | None) -> None:
        """Try again later: after what the server asks for or 4, 8, 16 … seconds, an hour at most."""
        sql = "UPDATE blobs SET failures = min(failures + 1, 20), next_try = ? WHERE sha256 = ?"
        with self.file.transaction():
            failures = self.db.execute("SELECT failures FROM blobs WHERE sha256 = ?", (name,)).fetchone()[0]
            later = self.world.now() + self.world.a_bit_more(min(max(wait or 0.0, 4 * 2.0**failures), HOUR))
            self.db.execute(sql, (later, name))

    def send_again(self) -> None:
        """Inside a transaction: the server may have lost any."""
        self.db.execute("UPDATE blobs SET done = NULL, next_try = 0, failures = 0")

    def sweep(self) -> None:
        """Inside a transaction: forget what nothing names any more."""
        self.db.execute(SWEEP_BLOBS, (self.outbox.when() - KEPT,))
        self.db.execute("DELETE FROM pieces WHERE sha256 NOT IN (SELECT sha256 FROM blobs)")


# The device


Life = tuple[Any, Any]  # epoch and incarnation


class Push(NamedTuple):
    """One push as it was sent."""

    batch: list[Queued]
    missing: Json | None
    cursor: str | None
    life: Life


@dataclass
class Turn:
    """What has come of emptying the outbox so far, and how the next push is sent."""

    with_pull: bool
    ask: bool
    most: int = BATCH
    detours: int = 0
    documents: int = 0
    caught_up: bool = False
    results: list[Json] = field(default_factory=list)


class Device:
    """A replica and an outbox in the SQLite file `path`; one thread each, any number of them on one file."""

    def __init__(
        self,
        path: str,
        base_url: str | None = None,
        *,
        transport: Transport = over_http,
        listen: Listen = lines_over_http,
        clock: Callable[[], datetime] = local_now,
        sleep: Callable[[float], None] = time.sleep,
        random: dice.Random | None = None,
        tries: int = 3,
        connect: Connect = open_file,
        app_version: str = "1",
    ) -> None:
        if base_url is not None and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", base_url):
            raise BadUseError(f"{base_url} is not an http or https address.")
        self.path, self.clock, self.app_version = path, clock, app_version
        self._world = World(transport, listen, clock, sleep, random or dice.SystemRandom())
        self._file = File(path, connect)
        self.db, self._get, self._set = self._file.db, self._file.get, self._file.set
        self._identity = Identity(self._file, self._world)
        self._wire = Wire(self._file, self._world, self._identity, tries)
        self._outbox = Outbox(self._file, self._world, self._identity)
        self._replica = Replica(self._file, self._outbox)
        self._blobs = Blobs(self._file, self._world, self._outbox, self._wire)
        if base_url is not None and base_url != self._get("base_url"):
            self._set(base_url=base_url)

    def close(self) -> None:
        """Close the file; all that was recorded is on disk already."""
        self.db.close()

    # What a person does and sees

    def record(
        self,
        kind: str,
        data: Json,
        at: datetime | None = None,
        *,
        v: int = 1,
        needs: Sequence[str] = (),
        group: str | None = None,
    ) -> str:
        """Put one operation into the outbox, on disk before returning, and give its id; `at` is aware, or now.

        Those recorded one after the other with the same `group` are one commit, as long as none of them has been sent
        before the last is recorded: `record_group` makes sure of that.
        """
        return self._outbox.record([Deed(kind, data, at, v, needs)], group)[0]

    def record_group(self, deeds: Sequence[Deed], group: str | None = None) -> list[str]:
        """Put operations that are one commit into the outbox, all or none of them, and give their ids."""
        return self._outbox.record(deeds, group or self._world.new_id())

    def attach(self, source: str | bytes | Path, media_type: str) -> Json:
        """Store a picture (a path or its bytes) until it is uploaded; the members with which an operation names it.

        It is uploaded when an operation that names it has its result. What no operation names is dropped after a week.
        """
        try:
            content = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise BadUseError(f"{error.filename} cannot be read: {error.strerror}.") from error
        return {"sha256": self._blobs.attach(content), "size": len(content), "media_type": media_type}

    def documents(self, kind: str, id: str | None = None) -> list[Json]:
        """The documents of a type: `type`, `id`, `position`, `hash`, `body`, and `gone`.

        `gone` says why the server took a document away that an unsent operation still names.
        """
        return self._replica.documents(kind, id)

    def document(self, kind: str, id: str) -> Json | None:
        """One document, or None when this device does not have it."""
        return next(iter(self.documents(kind, id)), None)

    def outbox(self) -> list[Json]:
        """The operations that have no result yet, in the order they will be sent."""
        return self._outbox.unsent()

    def results(self) -> list[Json]:
        """The results of the last seven days and all undecided ones, oldest first, each with its `operation`."""
        return self._outbox.results()

    def stock(self) -> list[Json]:
        """The `stock` bodies with `on_hand` (a Decimal) as it is here, and as the server last said it in `confirmed`.

        What was done here counts as long as it is unsent, undecided or recorded beyond what has been pulled.
        """
        return self._replica.stock()

    def status(self) -> Json:
        """Who and where this device is, how much it holds, and whether its digests agree with the server's."""
        names = ("device_id", "incarnation", "technician", "base_url", "epoch", "through", "synced_at", "install_id")
        types = self.db.execute("SELECT type, count(*) FROM documents GROUP BY type ORDER BY type")
        told = self._outbox.told()
        return {name: self._get(name) for name in (*names, "agrees")} | {
            "signs": self._identity.now().key is not None,
            "unsent": told["count"],
            "oldest_unsent": told["oldest"],
            "blobs_waiting": self._blobs.waiting(),
            "documents": dict(types.fetchall()),
        }

    # Enrolling

    def enrol(
        self, code: str, name: str, platform: str = "terminal", app_version: str | None = None, *, as_new: bool = False
    ) -> Json:
        """Trade a one-time code for tokens; when the reply was lost, do the same again.

        A device enrolled again numbers all that it keeps anew and keeps the ids. `as_new` makes a second one of a copy.
        """
        with self._obeying(by_code=True):
            who = self._identity.for_code(code, as_new=as_new)
            said: Json = {"code": code, "install_id": who.install_id, "name": name, "platform": platform}
            said |= {"app_version": app_version or self.app_version}

            def wish(also: Json) -> Json:
                proof = who.signed("\n".join(("callout enrolment", code, who.install_id, *also.values())))
                return said | ({"public_key": who.public_key(), "proof": proof, **also} if proof else {})

            members = ("device_id", "incarnation", "technician", "access_token", "refresh_token")
            answer = self._wire.prove("/sync/v1/devices", members, wish)
            with understood(), self._file.transaction():
                self._become(who, {member: answer[member] for member in members}, answer.get("epoch"), code)
        return answer

    def _become(self, who: Installation, enrolled: Json, epoch: str | None, code: str) -> None:
        """Inside a transaction: be the device that the server has enrolled.

        With a fresh code all that is kept is sent again: the server may have lost more than it knows.
        """
        owner = self._get("technician") or enrolled["technician"]
        if owner["id"] != enrolled["technician"]["id"]:
            raise BadUseError(f"This file holds the work of {owner.get('name')}: take another file.")
        used = sha256(code.encode()).hexdigest()
        if used != self._get("last_code"):
            self._outbox.renumber()
            self._blobs.send_again()
            self._replica.forget_cursor()
        if who.key != self._identity.now().key:
            self._outbox.sign(who)
        self._identity.become(who)
        self._set(epoch=epoch or self._get("epoch"), last_code=used, pause=None, wiping=None, **enrolled)

    # Sending and fetching

    def push(self) -> list[Json]:
        """Send the whole outbox and give the results; safe to repeat after any failure."""
        with self._obeying():
            return self._push(with_pull=False).results

    def pull(self, wait: int = 0) -> int:
        """Fetch all that changed and give the number of documents; with `wait`, give news so many seconds to come."""
        with self._obeying():
            return self._pull(wait)

    def upload(self) -> int:
        """Send the bytes that answered operations name and give the number of those completed.

        What fails is tried again later. It stops when there is an operation to send: that goes first.
        """
        with self._obeying():
            return self._blobs.upload()

    def sync(self, wait: int = 0) -> Synced:
        """Send everything and fetch everything, in one round trip when both are small; then `wait` seconds for news."""
        with self._obeying():
            pushed = self._push(with_pull=True)
            pulled, notice, caught_up = 0, None, True
            try:
                if wait or not pushed.caught_up or self._get("agrees") is False:
                    pulled = self._pull(wait)
            except RefusedError as refusal:
                if refusal.code not in ("upgrade-required", "device-suspended"):
                    raise
                notice, caught_up = str(refusal), False
            if self._get("agrees") is False:
                notice = notice or "What this device shows differs from the server's books: it is compared again later."
            blobs = self._blobs.upload()
            self._set(synced_at=self._world.clock().isoformat(timespec="seconds"))
            return Synced(pushed.results, pushed.documents + pulled, caught_up, blobs, notice)

    def _push(self, *, with_pull: bool, ask: bool = False) -> Synced:
        """Send the outbox batch by batch; with `ask`, also when it is empty."""
        turn = Turn(with_pull, ask)
        while True:
            batch = self._outbox.batch(turn.most)
            sent = Push(batch, self._outbox.missing(batch), self._get("cursor"), self._life())
            if not (batch or sent.missing or turn.ask):
                return Synced(turn.results, turn.documents, turn.caught_up)
            pull = {"limit": PAGE} | ({"cursor": sent.cursor} if sent.cursor else {}) if turn.with_pull else None
            make = partial(self._envelope, batch, sent.missing, pull)
            try:
                answer = self._wire.call(Request("POST", "/sync/v1/push", ("results",), make)).said
            except RefusedError as refusal:
                turn.detours += 1
                if not self._gave_way(turn, sent, refusal):
                    raise
            else:
                self._receive(turn, sent, answer)

    def _gave_way(self, turn: Turn, sent: Push, refusal: RefusedError) -> bool:
        """Do what a refused push asks for, so that it can be sent again; False when only a person can help."""
        if refusal.status == Http.REQUEST_ENTITY_TOO_LARGE and self._can_send_less(sent.batch):
            turn.most, turn.detours = len(sent.batch) // 2, turn.detours - 1
        elif turn.with_pull and refusal.status in (Http.GONE, Http.UPGRADE_REQUIRED):
            turn.with_pull = False
        elif refusal.code == "sequence-gap" and turn.detours <= RESTARTS:
            turn.results += self._go_back(refusal, sent.life)
        elif refusal.code == "epoch-changed" and turn.detours <= RESTARTS:
            self._begin_life(refusal.problem, sent.life)
        else:
            return False
        return True

    def _receive(self, turn: Turn, sent: Push, answer: Json) -> None:
        """Store what came of a push in one transaction."""
        page: Json | None = answer.get("changes") if turn.with_pull else None
        with understood(), self._file.transaction():
            counts = self._settle(sent, answer)
            turn.documents += self._take(sent.cursor, page) if page and counts else 0
            self._tidy()
        if sent.batch and self._outbox.batch(1)[:1] == sent.batch[:1]:
            turn.detours += 1
            if counts or turn.detours > RESTARTS:
                raise OfflineError("The server answered a push without the result of its first operation.")
            return
        turn.results += answer["results"]
        turn.caught_up, turn.with_pull, turn.ask = page is not None and counts and not page.get("more"), False, False

    def _can_send_less(self, batch: Sequence[Queued]) -> bool:
        """Whether half of a batch is less than the batch: a group is never cut."""
        return len(batch) > 1 and len(self._outbox.batch(len(batch) // 2)) < len(batch)

    def _envelope(self, batch: Sequence[Queued], missing: Json | None = None, pull: Json | None = None) -> bytes:
        """The push body, with the stored text of each operation untouched: repeated, it is the same bytes."""
        now = self._world.clock().isoformat(timespec="milliseconds")
        head: Json = {"incarnation": self._get("incarnation"), "now": now, "app_version": self.app_version}
        told = {"epoch": self._get("epoch"), "missing": missing, "pull": pull}
        head |= {"outbox": self._outbox.told()} | {name: value for name, value in told.items() if value is not None}
        return f'{to_json(head)[:-1]},"operations":[{",".join(one.text for one in batch)}]}}'.encode()

    def _life(self) -> Life:
        """The log's life and this device's: an answer to another one no longer counts."""
        return self._get("epoch"), self._get("incarnation")

    def _settle(self, sent: Push, answer: Json) -> bool:
        """Inside a transaction: keep the results of a push, if they are of the life that it was sent in."""
        life = self._life()
        if life != sent.life:
            return False  # another process has seen more than this answer knows
        if "server_time" in answer:
            self._set(server_time=instant(answer["server_time"]).timestamp())
        self._outbox.settle(answer["results"])
        self._outbox.answered(sent.batch, sent.missing)
        epoch = answer.get("epoch") or life[0]
        if life[0] is not None and epoch != life[0]:
            self._live_on(epoch, self._outbox.first_kept())  # sending all of it again is safe, whatever the server has
            return False
        self._set(epoch=epoch)
        return True

    def _go_back(self, gap: RefusedError, life: Life) -> list[Json]:
        """After a sequence gap: keep the results that came with it, and send again from the number it names."""
        results: list[Json] = gap.problem.get("results") or []
        expected = gap.problem.get("expected")
        if not isinstance(expected, int) or not 1 <= expected <= self._get("last_seq", 0):
            raise RefusedError(f"The server expects operation {expected}, which never was.", gap.status, gap.problem)
        with understood(), self._file.transaction():
            if self._life() == life:
                self._outbox.settle(results)
                self._outbox.send_again(expected)
        return results

    def _begin_life(self, problem: Json, life: Life) -> None:
        """The server's log was restored from a backup: send again what it has lost, and fetch everything anew."""
        with understood(), self._file.transaction():
            if self._life() == life:
                self._live_on(problem["epoch"], int(problem["resend_from"]))

    def _live_on(self, epoch: str, resend_from: int) -> None:
        self._set(epoch=epoch)
        self._outbox.send_again(resend_from)
        self._blobs.send_again()
        self._replica.forget_cursor()

    def _take(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: store a page, unless it comes from another life of the log."""
        if self._get("epoch") is None:
            self._set(epoch=page.get("epoch"))
        if page.get("epoch", self._get("epoch")) != self._get("epoch"):
            return 0
        return self._replica.store(asked, page)

    def _tidy(self) -> None:
        """Inside a transaction: forget what is no longer needed."""
        self._outbox.sweep()
        self._replica.sweep()
        self._blobs.sweep()

    def _pull(self, wait: int) -> int:
        """Fetch everything; an app that is too old, by what the server knows, says first how old it is."""
        try:
            return self._pull_all(wait)
        except RefusedError as refusal:
            if refusal.code != "upgrade-required":
                raise
        self._push(with_pull=False, ask=True)
        return self._pull_all(wait)

    def _pull_all(self, wait: int) -> int:
        received = detours = 0
        while detours <= RESTARTS:
            cursor = self._get("cursor")
            page = self._page(cursor, wait)
            if page is None:
                detours += 1
                continue
            if page.get("epoch", self._get("epoch")) != (self._get("epoch") or page.get("epoch")):
                detours += 1
                self._push(with_pull=False, ask=True)  # it says the old epoch, and is told what to send again
                continue
            with understood(), self._file.transaction():
                received += self._take(cursor, page)
                self._tidy()
            if page.get("more") and page["cursor"] == cursor:
                raise OfflineError("The server says that there is more, and sends the same page again.")
            wait = 0
            if not page.get("more"):
                healed = self._heal()
                if healed is not None:
                    return received + healed
                detours += 1
        raise OfflineError("The server sends this device back to the beginning again and again.")

    def _page(self, cursor: str | None, wait: int) -> Json | None:
        """One page, or None when the cursor is no longer good, which forgets it."""
        query = {"limit": PAGE} | ({"cursor": cursor} if cursor else {}) | ({"wait": wait} if wait else {})
        try:
            asked = Request("GET", f"/sync/v1/pull?{urlencode(query)}", ("cursor", "changes"), wait=wait)
            return self._wire.call(asked).said
        except RefusedError as refusal:
            if refusal.status != Http.GONE:
                raise
        self._download_anew(cursor)
        return None

    def _download_anew(self, cursor: str | None) -> None:
        with self._file.transaction():
            if self._get("cursor") == cursor:
                self._replica.forget_cursor()

    # Healing

    def _heal(self) -> int | None:
        """If the digests differ, replace what differs; the number of documents, or None when all must come anew."""
        now = self._world.now()
        lately = [at for at in self._get("heals", []) if now - HOUR < at <= now]
        if self._get("agrees") is not False or len(lately) >= HEALS:
            return 0
        self._set(heals=[*lately, now])
        cursor = self._get("cursor")
        counts = {audience: digest["count"] for audience, digest in self._replica.digests().items()}
        body = to_json({"cursor": cursor, "counts": counts} | self._replica.leaves()).encode()
        try:
            page = self._wire.call(
                Request("POST", "/sync/v1/verify", ("cursor", "changes", *AUDIENCES), lambda: body, patient=False)
            ).said
        except DeviceError as error:
            if error.status == Http.GONE:
                self._download_anew(cursor)
                return None
            if error.code == "device-revoked":
                raise
            return 0  # what is here may be a little wrong until the next time, and everything else goes on
        with understood(), self._file.transaction():
            healed = 0
            if page.get("epoch", self._get("epoch")) == self._get("epoch"):
                healed = self._replica.heal(cursor, page)
                self._tidy()
        return healed

    # News

    def live(self) -> bool:
        """Wait until the server says that something has changed; False when it ends, or there is something to send.

        The server writes a line every 15 seconds: that often this device looks whether something was recorded.
        """
        cursor = self._get("cursor")
        path = "/sync/v1/live" + (f"?{urlencode({'cursor': cursor})}" if cursor else "")
        with self._obeying(), closing(self._wire.lines(path)) as lines:
            for line in lines:
                if re.match(rb"event: ?wake\b", line):
                    return True
                if self._outbox.waits():
                    return False
        return False

    def run(self) -> Iterator[Synced | DeviceError]:
        """Sync, wait for news or for something to send, and sync again; what came of each time, for ever.

        Only having been erased ends it: whatever else fails is given out, and tried again a little later.
        """
        wait = 0
        while True:
            try:
                happened: Synced | DeviceError = self.sync(wait)
            except DeviceError as error:
                happened = error
            except sqlite3.Error as error:
                happened = DeviceError(f"{self.path}: {error}.")
            yield happened
            if isinstance(happened, ErasedError):
                return
            try:
                wait = self._rest(happened)
            except ErasedError as error:
                yield error
                return

    def _rest(self, happened: Synced | DeviceError) -> int:
        """Wait for the next turn of `run`; how many seconds that turn shall wait for news itself."""
        if isinstance(happened, DeviceError) or not happened.caught_up:
            pause = PATIENCE
            if isinstance(happened, OfflineError):  # the wire itself sits out what is longer than this
                pause = min(happened.wait or 2.0, PATIENCE)
            self._world.sleep(self._world.a_bit_more(pause))
            return 0
        try:
            if not self._outbox.waits() and not self.live() and not self._outbox.waits():
                self._world.sleep(5 * self._world.random.random())
        except ErasedError:
            raise
        except (DeviceError, sqlite3.Error):
            return WAIT
        return 0

    # A lost device

    @contextmanager
    def _obeying(self, *, by_code: bool = False) -> Iterator[None]:
        """Hand over and erase what the office wants erased, also after a kill in the middle of it.

        With a code, a device whose tokens a restored server has forgotten keeps its work: the office trusts it again.
        """
        try:
            if self._get("wiping"):
                self._wipe()
        except RefusedError as refusal:
            if refusal.status != Http.UNAUTHORIZED or not by_code:
                raise
        try:
            yield
        except ErasedError:
            raise
        except RefusedError as refusal:
            if refusal.code != "device-revoked" or refusal.problem.get("wipe") is not True:
                raise
            self._begin_to_wipe("salvage" if refusal.problem.get("salvage") else "erase")
            self._wipe()

    def _begin_to_wipe(self, step: str) -> None:
        """All that is kept is handed over: a restored server may have lost what it had acknowledged."""
        try:
            with self._file.transaction():
                self._outbox.renumber()
                self._set(wiping=step)
        except FullError:
            self._set(wiping=step)

    def _wipe(self) -> NoReturn:
        """Salvage, erase, confirm: each step may be repeated, and the next begins when it is done."""
        if self._get("wiping") == "salvage":
            self._salvage()
        if self._get("wiping") == "erase":
            self._file.erase(keep=("wiping", "base_url", "access_token"))
            self._set(wiping="confirm")
        with suppress(RefusedError):  # whatever it says: there is nothing left to erase
            self._wire.call(Request("POST", "/sync/v1/wiped", make=lambda: b"{}"))
        self._file.erase()
        raise ErasedError("The office has revoked this device, and it has erased itself.")

    def _salvage(self) -> None:
        """Hand the outbox over to the office; the last of it and the next step are one transaction."""
        most = BATCH
        while True:
            batch = self._outbox.batch(most)
            try:
                if batch:
                    self._wire.call(Request("POST", "/sync/v1/salvage", make=partial(self._envelope, batch)))
            except RefusedError as refusal:
                if refusal.status != Http.REQUEST_ENTITY_TOO_LARGE or not self._can_send_less(batch):
                    raise
                most = len(batch) // 2
                continue
            with self._file.transaction():
                if batch:
                    self._outbox.hand_over(batch)
                if not self._outbox.waits():
                    self._set(wiping="erase")
                    return


# What a person types

DEEDS = {  # word: the operation, then the members of its data; `--` may be left out, `!` may not
    "accept": "visit_accepted visit",
    "travel": "travel_started visit",
    "arrive": "arrived visit",
    "pause": "work_paused visit",
    "resume": "work_resumed visit",
    "done": "visit_done visit",
    "not-done": "visit_not_done visit reason",
    "use": "part_used work_order part quantity --serial --location --visit",
    "remove": "part_removed work_order part quantity --reason! --serial --location",
    "count": "stock_counted part counted --location",
    "diagnose": "diagnosed work_order problem cause remedy --note",
    "labour": "labour_recorded work_order minutes --kind",
    "note": "note_added work_order text",
    "complete": "work_completed work_order --fixed! --remedy",
    "cannot-complete": "cannot_complete work_order reason",
}
CHOICES = {"fixed": ("yes", "temporary", "no"), "kind": ("work", "travel", "wait")}
NUMBERS = {
    "quantity": r"(?=.*[1-9])[0-9]{1,12}(\.[0-9]{1,6})?",
    "counted": r"[0-9]{1,12}(\.[0-9]{1,6})?",
    "minutes": r"[0-9]{1,5}",
}
MEMBERS = {"counted": "quantity", "serial": "serials"}
ENDED = ("done", "not_done", "cancelled", "rescheduled")
A_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Terminal:
    """A technician's day: each word gives the lines to print."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def say(self, options: argparse.Namespace) -> Iterable[str]:
        """The answer to one command line."""
        if options.word in DEEDS:
            return self.do(options)
        arguments = {name: value for name, value in vars(options).items() if name not in ("word", "home", "url")}
        answer: Iterable[str] = getattr(self, options.word)(**arguments)
        return answer

    def do(self, options: argparse.Namespace) -> Iterator[str]:
        """Record the operation that a word of DEEDS stands for."""
        kind, *members = re.sub(r"--|!", "", DEEDS[options.word]).split()
        data = {MEMBERS.get(member, member): self.understand(member, getattr(options, member)) for member in members}
        yield from self.put(kind, {name: value for name, value in data.items() if value is not None}, options.at)

    def put(self, kind: str, data: Json, at: datetime | None) -> Iterator[str]:
        """Record, and say that it is safe."""
        yield f"Recorded {kind} {self.device.record(kind, data, at)}; {self.device.status()['unsent']} to send."

    def understand(self, member: str, typed: Any) -> Any:
        """The value that goes into an operation for what a person typed, or None to leave it out."""
        if member == "location" and typed is None:
            me = (self.device.status()["technician"] or {}).get("id")
            vans = [row["id"] for row in self.device.documents("location") if me and row["body"].get("custodian") == me]
            if len(vans) != 1:
                raise BadUseError(f"This device knows of {len(vans)} vans in your custody: say --location.")
            return vans[0]
        if member == "serial":
            return typed or []
        if member in NUMBERS:
            if not re.fullmatch(NUMBERS[member], typed):
                raise BadUseError(f"{typed} is no {member}.")
            return int(typed) if member == "minutes" else typed
        return self.find(member, typed) if typed and member in ("work_order", "visit", "part", "location") else typed

    def find(self, kind: str, typed: str) -> str:
        """The id of the document that a person means by an id, a number or a name; a visit also by its job.

        A UUID that no document has passes as it is: what was done is recorded, whether its job is here or not.
        """
        hits, orders = [], {row["id"]: str(row["body"]["number"]) for row in self.device.documents("work_order")}
        for row in self.device.documents(kind):
            names, body = {row["id"], row["body"].get("name"), str(row["body"].get("number"))}, row["body"]
            if kind == "visit" and body["status"] not in ENDED:
                names |= {body["work_order"], orders.get(body["work_order"])}
            hits += [row["id"]] if typed in names else []
        if not hits and re.fullmatch(A_UUID, typed):
            return typed
        if len(hits) != 1:
            raise BadUseError(f"{'More than one' if hits else 'No'} {kind.replace('_', ' ')} here goes by {typed}.")
        return str(hits[0])

    def record(self, type: str, json_text: str, at: datetime | None) -> Iterator[str]:  # noqa: A002
        """Record any operation, its data given as JSON."""
        try:
            data = json.loads(json_text)
        except ValueError as error:
            raise BadUseError(f"The data is not JSON: {error}.") from error
        if not isinstance(data, dict):
            raise BadUseError("The data must be a JSON object.")
        yield from self.put(type, data, at)

    def photo(self, work_order: str, file: str, at: datetime | None) -> Iterator[str]:
        """Record a photo of a job; its bytes follow when the server has the record."""
        order = self.find("work_order", work_order)
        yield from self.put("photo_taken", {"work_order": order} | self.attach(file), at)

    def sign(self, visit: str, file: str, signer: str | None, at: datetime | None) -> Iterator[str]:
        """Record the customer's signature for a visit, drawn in a file."""
        signed = {"visit": self.find("visit", visit)} | self.attach(file)
        yield from self.put("signed", signed | ({"signer": signer} if signer else {}), at)

    def attach(self, file: str) -> Json:
        """Store a file's bytes; the members that name it."""
        return self.device.attach(file, mimetypes.guess_type(file)[0] or "application/octet-stream")

    def enrol(self, code: str, name: str, *, as_new: bool) -> Iterator[str]:
        """Make this file a technician's device; with --as-new, a copy of another one's file becomes a second device."""
        technician = self.device.enrol(code, name, as_new=as_new)["technician"]
        yield f"Enrolled for {technician.get('name', technician['id'])}; now sync."

    def sync(self, wait: int) -> Iterator[str]:
        """Send everything, fetch everything; then wait for news, if asked."""
        yield from came(self.device.sync(wait))

    def run(self) -> Iterator[str]:
        """Sync, wait for news and sync again until Ctrl-C, whatever happens."""
        for happened in self.device.run():
            if isinstance(happened, ErasedError):
                raise happened
            yield from [str(happened)] if isinstance(happened, DeviceError) else came(happened)

    def jobs(self) -> Iterator[str]:
        """The jobs here, each with its next visit."""
        unsent, rows = [to_json(operation) for operation in self.device.outbox()], []
        for order in self.device.documents("work_order"):
            visits = self.visits(order["id"])
            body, visit = order["body"], visits[0]["body"] if visits else {}
            named = (order["id"], *(row["id"] for row in visits))
            when = (local(visit.get("window_start")), local(visit.get("window_end"))[-5:], visit.get("status"))
            who = ((body.get("customer") or {}).get("name"), (body.get("site") or {}).get("address"), body["problem"])
            waiting = sum(any(id in text for id in named) for text in unsent) or None
            short = (str(text or "")[:40] for text in who)
            rows.append((body["number"], order["gone"] or body["status"], body["priority"], *when, *short, waiting))
        return table("JOB STATUS PRIORITY FROM TO VISIT CUSTOMER ADDRESS PROBLEM UNSENT", sorted(rows, key=str))

    def visits(self, work_order: str) -> list[Json]:
        """The visits of a job, the next one first."""
        visits = [row for row in self.device.documents("visit") if row["body"]["work_order"] == work_order]
        return sorted(visits, key=lambda row: (row["body"]["status"] in ENDED, row["body"]["window_start"] or ""))

    def job(self, work_order: str) -> Iterator[str]:
        """All about one job."""
        id_ = self.find("work_order", work_order)
        order = self.device.document("work_order", id_)
        if order is None:
            raise BadUseError(f"No work order {id_} on this device.")
        visits = [{"id": row["id"]} | row["body"] for row in self.visits(id_)]
        unsent = [f"{item['type']} {item['at']}" for item in self.device.outbox() if id_ in item["data"].values()]
        parts = {row["id"]: f"{row['body']['number']} {row['body']['name']}" for row in self.device.documents("part")}
        for name, value in ({"id": id_} | order["body"] | {"visits": visits, "unsent": unsent}).items():
            yield from (re.sub(A_UUID, lambda hit: parts.get(hit[0], hit[0]), line) for line in outline(name, value))

    def stock(self) -> Iterator[str]:
        """What is on the van, less what was used and not yet sent."""
        parts = {row["id"]: row["body"] for row in self.device.documents("part")}
        places = {row["id"]: row["body"]["name"] for row in self.device.documents("location")}
        rows = []
        for line in self.device.stock():
            part = parts.get(line["part"], {})
            known = (part.get("number", line["part"]), part.get("name"), places.get(line["location"], line["location"]))
            sums = (f"{Decimal(line[name]).normalize():f}" for name in ("on_hand", "confirmed", "reserved"))
            rows.append((*known, *sums, part.get("unit")))
        return table("PART NAME WHERE ON-HAND CONFIRMED RESERVED UNIT", sorted(rows, key=str))

    def outbox(self) -> Iterator[str]:
        """What was recorded and has no result yet."""
        rows = [(item["seq"], item["at"], item["type"], to_json(item["data"])) for item in self.device.outbox()]
        return table("NO AT OPERATION DATA", rows)

    def results(self) -> Iterator[str]:
        """What became of everything sent in the last seven days."""
        rows = [(item["operation"]["at"], item["operation"]["type"], explain(item)) for item in self.device.results()]
        return table("AT OPERATION RESULT", rows)

    def status(self) -> Iterator[str]:
        """Who this device is and how much waits in it."""
        return outline("device", self.device.status())


def came(synced: Synced) -> Iterator[str]:
    """What came of a sync, in lines."""
    yield f"Sent {len(synced.results)}, received {synced.documents} documents."
    yield from (f"{item['seq']} {explain(item)}" for item in synced.results if item["status"] != "applied")
    if synced.blobs:
        yield f"Uploaded {synced.blobs} photos or signatures."
    if synced.notice:
        yield synced.notice


def explain(result: Json) -> str:
    """A result in words: its status, its problem, its notices."""
    said = [*(result.get("notices") or []), *([result["problem"]] if result.get("problem") else [])]
    return "; ".join([result["status"], *(str(item.get("detail") or item.get("code")) for item in said)])


def local(text: str | None) -> str:
    """An instant of the protocol in this device's own zone."""
    return datetime.fromisoformat(text).astimezone().strftime("%a %d %b %H:%M") if text else ""


def table(heads: str, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    """Lines of columns as wide as their widest cell."""
    cells = [heads.split(), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells if rows else [["Nothing here."]]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()


def outline(name: str, value: Any, indent: str = "") -> Iterator[str]:
    """A member of a document in indented lines; what is empty is left out."""
    if isinstance(value, dict):
        yield f"{indent}{name}:"
        for inner, item in value.items():
            yield from outline(inner, item, indent + "  ")
    elif isinstance(value, list):
        for item in value:
            yield from outline(name, item, indent)
    elif value is not None and value != "":
        yield f"{indent}{name}: {value}"


class Parser(argparse.ArgumentParser):
    """A bad command line is one sentence and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, without a page of usage."""
        self.exit(2, f"{self.prog}: {message}\n")


def instant(text: str) -> datetime:
    """An aware instant from RFC 3339 text; without an offset it is local time."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.astimezone()


def parser() -> Parser:
    """Every word with its arguments."""
    top = Parser(prog="device", description="A technician's device: it works offline, sends later and loses nothing.")
    top.add_argument("--home", default="device.db", metavar="FILE", help="the device's file (default: %(default)s)")
    top.add_argument("--url", help="the server's address; kept in the file")
    words = top.add_subparsers(dest="word", required=True, metavar="WORD")
    other = {"record": "type json_text", "enrol": "code --name! --as-new", "sync": "--wait", "job": "work_order"}
    other |= {"photo": "work_order file", "sign": "visit file --signer"}
    other |= dict.fromkeys(("run", "jobs", "stock", "outbox", "results", "status"), "")
    for word, members in (other | {word: deed.split(" ", 1)[1] for word, deed in DEEDS.items()}).items():
        sub = words.add_parser(
            word, help=getattr(Terminal, word).__doc__ if word in other else f"Record {DEEDS[word].split()[0]}."
        )
        for member in members.split():
            options: Json = {"choices": CHOICES.get(member.strip("-!"))}
            if member == "--as-new":
                options = {"action": "store_true"}
            elif member.startswith("--"):
                options |= {"type": int, "default": 0} if member == "--wait" else {}
                options |= {"required": member.endswith("!"), "action": "append" if member == "--serial" else "store"}
            sub.add_argument(member.strip("!"), **options)
        if word in DEEDS or word in ("record", "photo", "sign"):
            sub.add_argument("--at", type=instant, metavar="TIME", help="when it happened (default: now)")
    words.choices["labour"].set_defaults(kind="work")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one word: 0 done, 1 failed, 2 bad use; an error is one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        with closing(Device(options.home, options.url)) as device:
            for line in Terminal(device).say(options):
                print("".join(sign if sign.isprintable() else " " for sign in line), flush=True)
    except (DeviceError, sqlite3.Error) as error:
        print(f"{options.home}: {error}" if isinstance(error, sqlite3.Error) else error, file=sys.stderr)
        return 2 if isinstance(error, BadUseError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())

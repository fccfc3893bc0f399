"""The reference client: one technician's replica and outbox in one SQLite file, on the standard library alone."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random as dice
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from http import HTTPStatus as Http
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode, urlsplit
from uuid import UUID

Json = dict[str, Any]
BATCH, BATCH_BYTES, OPERATION_BYTES = 100, 1_000_000, 16 * 1024  # sync.md's limits, with room for the envelope
PAGE, REPLY_BYTES, GZIP_FROM = 500, 32 * 1024 * 1024, 1024  # documents, bytes, bytes
TIMEOUT, PATIENCE, RESTARTS = 30.0, 60.0, 3  # seconds of silence; longest wait sat out; gaps and restarts in one call
KEPT = 7 * 24 * 3600  # seconds that an acknowledged operation stays, for a server restored from a backup
UNDECIDED = ("held", "quarantined")  # the office has the last word, and it comes as an `operation` document
STATUSES = ("applied", "conflicted", "rejected", *UNDECIDED)
STOCK_EFFECT = {"part_used": -1, "part_scrapped": -1, "part_sent": -1, "part_received": 1, "part_removed": 1}
ADVICE = {
    "token-expired": "This device was away for too long: enrol it again with a new code.",
    "token-reused": "The server no longer trusts this device: enrol it again with a new code.",
    "device-forked": "This device was cloned or restored: enrol it again with a new code.",
    "device-revoked": "The office has revoked this device.",
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS operations (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER UNIQUE,
    operation TEXT NOT NULL, acknowledged REAL, status TEXT, position INTEGER NOT NULL DEFAULT 0, result TEXT);
CREATE INDEX IF NOT EXISTS unsent ON operations (seq) WHERE acknowledged IS NULL;
CREATE TABLE IF NOT EXISTS documents (type TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
    hash TEXT, body TEXT NOT NULL, gone TEXT, generation INTEGER NOT NULL, PRIMARY KEY (type, id));
"""
# The two halves of a `<location>/<part>` id are looked for one by one; a lone UUID is both halves at once.
SWEEP = """
DELETE FROM documents WHERE gone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operations WHERE acknowledged IS NULL
    AND instr(operation, substr(documents.id, 1, 36)) AND instr(operation, substr(documents.id, -36)))
"""


class DeviceError(Exception):
    """Something did not work; the message is one sentence for a person, and the outbox is untouched."""

    def __init__(self, message: str, status: int = 0, problem: Json | None = None, wait: float | None = None) -> None:
        self.status, self.problem, self.wait = status, problem or {}, wait
        self.code = re.split(r"[/:#]", str(self.problem.get("type", "")))[-1]
        super().__init__(ADVICE.get(self.code, message))


class BadUseError(DeviceError):
    """The caller asked for something that cannot be."""


class OfflineError(DeviceError):
    """No usable answer came: no network, a lost reply, an overloaded or a foreign server."""


class RefusedError(DeviceError):
    """The server answered with a problem: see `status`, `code` and `problem`."""


class Reply(NamedTuple):
    """What a transport brings back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Synced(NamedTuple):
    """What came back: results, the number of changed documents, whether nothing is left to pull."""

    results: list[Json]
    documents: int
    caught_up: bool


Transport = Callable[[str, str, Mapping[str, str], bytes | None, float], Reply]
Names = Sequence[str]
Make = Callable[[], bytes]


def over_http(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Reply:
    """One exchange over HTTP(S), no redirect followed; `timeout` is the longest silence in seconds."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=timeout)) as connection:
        connection.request(method, url[url.index("/", len("https://")) :], body, dict(headers))
        answer = connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(REPLY_BYTES))


def open_file(path: str) -> sqlite3.Connection:
    """The device's file, made if there is none; each statement commits by itself unless a transaction is begun."""
    return sqlite3.connect(path, timeout=TIMEOUT, isolation_level=None)


def local_now() -> datetime:
    """Give the device's clock: aware, in its own zone."""
    return datetime.now(UTC).astimezone()


def to_json(value: Any) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def refuse_float(text: str) -> NoReturn:
    """For the parser: the protocol has no floats."""
    raise ValueError(f"{text} must be a string, since the protocol has no floats")


class Device:
    """A replica and an outbox in the SQLite file `path`; one thread each, any number of them on one file."""

    def __init__(
        self,
        path: str,
        base_url: str | None = None,
        *,
        transport: Transport = over_http,
        clock: Callable[[], datetime] = local_now,
        sleep: Callable[[float], None] = time.sleep,
        random: dice.Random | None = None,
        tries: int = 3,
        connect: Callable[[str], sqlite3.Connection] = open_file,
    ) -> None:
        self.path, self.transport, self.clock, self.sleep, self.tries = path, transport, clock, sleep, tries
        self.random, self._gzip = random or dice.SystemRandom(), True
        self.db = connect(path)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {SCHEMA}")
        if self._get("install_id") is None:
            self.db.execute("INSERT OR IGNORE INTO state VALUES ('install_id', ?)", (to_json(self._new_id()),))
        if base_url is not None and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", base_url):
            raise BadUseError(f"{base_url} is not an http or https address.")
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
        """Put one operation into the outbox, on disk before returning, and give its id; `at` is aware, or now."""
        at = at or self.clock()
        if at.tzinfo is None:
            raise BadUseError("The time of an operation needs its offset from UTC.")
        with self._transaction():
            seq, id_ = self._get("last_seq", 0) + 1, self._new_id()
            operation = {"id": id_, "seq": seq, "type": kind, "v": v, "at": at.isoformat(timespec="milliseconds")}
            operation |= {"seen": self._get("through", 0), "group": group, "needs": list(needs), "data": data}
            try:
                text = to_json(operation)
                json.loads(text, parse_float=refuse_float, parse_constant=refuse_float)
                size = len(text.encode())
            except (TypeError, ValueError) as error:
                raise BadUseError(f"This {kind} cannot be sent: {error}.") from error
            if size > OPERATION_BYTES:
                raise BadUseError(f"This {kind} has {size} bytes, and an operation holds {OPERATION_BYTES} at most.")
            self.db.execute("INSERT INTO operations (id, seq, operation) VALUES (?, ?, ?)", (id_, seq, text))
            self._set(last_seq=seq)
        return id_

    def documents(self, kind: str, id: str | None = None) -> list[Json]:
        """The documents of a type: `type`, `id`, `position`, `hash`, `body`, and `gone`.

        `gone` says why the server took a document away that an unsent operation still names.
        """
        sql = """SELECT type, id, position, hash, body, gone FROM documents
            WHERE type = ? AND id = coalesce(?, id) ORDER BY id"""
        return [dict(row) | {"body": json.loads(row["body"])} for row in self.db.execute(sql, (kind, id))]

    def document(self, kind: str, id: str) -> Json | None:
        """One document, or None when this device does not have it."""
        return next(iter(self.documents(kind, id)), None)

    def outbox(self) -> list[Json]:
        """The operations that have no result yet, in the order they will be sent."""
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq"
        return [json.loads(text) for (text,) in self.db.execute(sql)]

    def results(self) -> list[Json]:
        """The results of the last seven days and all undecided ones, oldest first, each with its `operation`."""
        sql = "SELECT result, operation FROM operations WHERE result IS NOT NULL ORDER BY n"
        return [json.loads(result) | {"operation": json.loads(text)} for result, text in self.db.execute(sql)]

    def stock(self) -> list[Json]:
        """The `stock` bodies with `on_hand` (a Decimal) as it is here, and as the server last said it in `confirmed`.

        What was done here counts as long as it is unsent, undecided or recorded beyond what has been pulled.
        """
        lines = {(body["location"], body["part"]): body for body in (row["body"] for row in self.documents("stock"))}
        for body in lines.values():
            body |= {"confirmed": Decimal(body["on_hand"]), "on_hand": Decimal(body["on_hand"])}
            body.setdefault("reserved", "0")
        sql = """SELECT operation FROM operations
            WHERE acknowledged IS NULL OR status IN (?, ?) OR position > ? ORDER BY n"""
        for row in self.db.execute(sql, (*UNDECIDED, self._get("through", 0))):
            operation = json.loads(row["operation"])
            kind, data = operation["type"], operation["data"]
            if kind == "stock_counted" or kind in STOCK_EFFECT:
                try:
                    place = {"location": str(data["location"]), "part": str(data["part"])}
                    quantity = Decimal(data["quantity"])
                except (KeyError, TypeError, ValueError, InvalidOperation):
                    continue  # the server will quarantine it
                nothing = place | {"on_hand": Decimal(0), "confirmed": Decimal(0), "reserved": "0"}
                line = lines.setdefault((place["location"], place["part"]), nothing)
                counted = kind == "stock_counted"
                line["on_hand"] = quantity if counted else line["on_hand"] + STOCK_EFFECT[kind] * quantity
        return list(lines.values())

    def status(self) -> Json:
        """Who and where this device is, and how much it holds."""
        names = ("device_id", "incarnation", "technician", "base_url", "epoch", "through", "synced_at", "install_id")
        types = self.db.execute("SELECT type, count(*) FROM documents GROUP BY type ORDER BY type")
        waiting = [operation["at"] for operation in self.outbox()]
        return {name: self._get(name) for name in names} | {
            "unsent": len(waiting),
            "oldest_unsent": waiting[0] if waiting else None,
            "documents": dict(types.fetchall()),
        }

    # What goes over the wire

    def enrol(self, code: str, name: str, platform: str = "terminal", app_version: str = "1") -> Json:
        """Trade a one-time code for tokens; a device enrolled again renumbers what is unsent and keeps the ids."""
        wish = {"code": code, "install_id": self._get("install_id"), "name": name}
        wish |= {"platform": platform, "app_version": app_version}
        members = ("device_id", "incarnation", "technician", "access_token", "refresh_token")
        answer = self._call("/sync/v1/devices", members, lambda: to_json(wish).encode(), signed=False)
        with self._transaction():
            owner = self._get("technician") or answer["technician"]
            if owner["id"] != answer["technician"]["id"]:
                raise BadUseError(f"This file holds the work of {owner.get('name')}: take another file.")
            if any(self._get(member) != answer[member] for member in ("device_id", "incarnation")):
                self._renumber()
                self._forget_cursor()
            self._set(epoch=answer.get("epoch"), **{member: answer[member] for member in members})
        return answer

    def push(self) -> list[Json]:
        """Send the whole outbox and give the results; safe to repeat after any failure."""
        return self._push(with_pull=False).results

    def pull(self, wait: int = 0) -> int:
        """Fetch all that changed and give the number of documents; with `wait`, give news so many seconds to come."""
        received = restarts = 0
        while True:
            cursor = self._get("cursor")
            query = {"limit": PAGE} | ({"cursor": cursor} if cursor else {}) | ({"wait": wait} if wait else {})
            try:
                page = self._call(f"/sync/v1/pull?{urlencode(query)}", ("cursor", "changes"), wait=wait)
            except RefusedError as refusal:
                restarts += 1
                if refusal.status != Http.GONE or restarts > RESTARTS:
                    raise
                with self._transaction():
                    if self._get("cursor") == cursor:
                        self._forget_cursor()
                continue
            with self._transaction():
                received += self._store(cursor, page)
                self._tidy()
            if not page.get("more"):
                return received
            if page["cursor"] == cursor:
                raise OfflineError("The server says that there is more, and sends the same page again.")
            wait = 0

    def sync(self, wait: int = 0) -> Synced:
        """Send everything and fetch everything, in one round trip when both are small; then `wait` seconds for news."""
        pushed = self._push(with_pull=True)
        pulled = 0 if pushed.caught_up and not wait else self.pull(wait)
        self._set(synced_at=self.clock().isoformat(timespec="seconds"))
        return Synced(pushed.results, pushed.documents + pulled, caught_up=True)

    def _push(self, *, with_pull: bool) -> Synced:
        results: list[Json] = []
        size, gaps, received, caught_up = BATCH, 0, 0, False
        while batch := self._batch(size):
            cursor = self._get("cursor")
            make = partial(self._envelope, batch, cursor, with_pull=with_pull)
            try:
                answer = self._call("/sync/v1/push", ("results",), make)
            except RefusedError as refusal:
                gaps += refusal.code == "sequence-gap"
                if refusal.status == Http.REQUEST_ENTITY_TOO_LARGE and len(batch) > 1:
                    size = len(batch) // 2
                elif with_pull and refusal.status in (Http.GONE, Http.UPGRADE_REQUIRED):
                    with_pull = False
                elif refusal.code == "sequence-gap" and gaps <= RESTARTS:
                    results += self._go_back(refusal)
                else:
                    raise
                continue
            page: Json | None = answer.get("changes")
            with self._transaction():
                self._settle(answer["results"])
                received += self._store(cursor, page) if page else 0
                self._tidy()
            if self._batch(1) == batch[:1]:
                raise OfflineError("The server answered a push without the result of its first operation.")
            results += answer["results"]
            caught_up, with_pull = page is not None and not page.get("more"), False
        return Synced(results, received, caught_up)

    def _batch(self, limit: int) -> list[str]:
        sql = "SELECT operation FROM operations WHERE acknowledged IS NULL ORDER BY seq LIMIT ?"
        batch, size = [], 0
        for (text,) in self.db.execute(sql, (limit,)):
            size += len(text.encode()) + 1
            if size > BATCH_BYTES:
                break
            batch.append(text)
        return batch

    def _envelope(self, batch: list[str], cursor: str | None, *, with_pull: bool) -> bytes:
        """The push body, with the stored text of each operation untouched: repeated, it is the same bytes."""
        now = self.clock().isoformat(timespec="milliseconds")
        head = to_json({"incarnation": self._get("incarnation"), "now": now})
        pull = to_json({"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
        tail = f',"pull":{pull}}}' if with_pull else "}"
        return f'{head[:-1]},"operations":[{",".join(batch)}]{tail}'.encode()

    def _settle(self, results: list[Json], *, unsent: bool = True) -> None:
        """Inside a transaction: keep each result and take its operation out of the outbox."""
        sql = """UPDATE operations SET acknowledged = coalesce(acknowledged, ?), status = ?, position = ?, result = ?
            WHERE id = ? AND (acknowledged IS NULL) = ?"""
        now = self.clock().timestamp()
        for result in results:
            if result.get("status") in STATUSES:
                top = max(result.get("positions") or [0])
                self.db.execute(sql, (now, result["status"], top, to_json(result), result.get("id"), unsent))

    def _tidy(self) -> None:
        """Inside a transaction: forget what was acknowledged long ago, and what is gone and no longer named."""
        sql = "DELETE FROM operations WHERE acknowledged < ? AND status NOT IN (?, ?)"
        self.db.execute(sql, (self.clock().timestamp() - KEPT, *UNDECIDED))
        self.db.execute(SWEEP)

    def _go_back(self, gap: RefusedError) -> list[Json]:
        """After a sequence gap: keep the results that came with it, and send again from the number it names."""
        results: list[Json] = gap.problem.get("results") or []
        expected = gap.problem.get("expected")
        with self._transaction():
            self._settle(results)
            self.db.execute("UPDATE operations SET acknowledged = NULL WHERE seq >= ?", (expected,))
        if self.db.execute("SELECT 1 FROM operations WHERE seq = ?", (expected,)).fetchone() is None:
            raise RefusedError(f"The server misses operation {expected}, no longer kept here.", gap.status, gap.problem)
        return results

    def _store(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: store a page with its cursor, unless another process went on from `asked` meanwhile."""
        if self._get("cursor") != asked:
            return 0
        generation = self._get("generation", 0)
        for change in page["changes"]:
            type_, id_ = change["type"], change["id"]
            if "gone" in change:
                sql = "UPDATE documents SET gone = ?, generation = ? WHERE type = ? AND id = ?"
                self.db.execute(sql, (change["gone"], generation, type_, id_))
                continue
            row = (type_, id_, change["position"], change.get("hash"), to_json(change["body"]), generation)
            self.db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, NULL, ?)", row)
            if type_ == "operation":  # the office has decided about one that was held or quarantined
                self._settle([change["body"] | {"id": id_}], unsent=False)
        if not page.get("more"):  # a download begun anew is complete: what it did not bring is no longer ours
            sql = "UPDATE documents SET gone = coalesce(gone, 'not downloaded again') WHERE generation < ?"
            self.db.execute(sql, (generation,))
        self._set(cursor=page["cursor"], through=page.get("through", self._get("through", 0)))
        return len(page["changes"])

    def _forget_cursor(self) -> None:
        """The next pull is a first download; the documents stay readable until it is complete."""
        self._set(cursor=None, generation=self._get("generation", 0) + 1)

    def _renumber(self) -> None:
        """A new life of this device: what is unsent keeps ids and order, and counts from 1 again."""
        unsent = self.outbox()
        self.db.execute("UPDATE operations SET seq = NULL")
        for seq, operation in enumerate(unsent, 1):
            row = (seq, to_json(operation | {"seq": seq}), operation["id"])
            self.db.execute("UPDATE operations SET seq = ?, operation = ? WHERE id = ?", row)
        self._set(last_seq=len(unsent))

    def _call(self, path: str, members: Names, make: Make | None = None, *, signed: bool = True, wait: int = 0) -> Json:
        """Ask until there is an answer with `members`; `make` tells the time, so each attempt makes its body anew."""
        failures, renewed = 0, False
        while True:
            access = self._get("access_token") if signed else None
            if signed and access is None:
                raise RefusedError("This device is not enrolled: ask the office for a code.")
            try:
                return self._exchange(path, members, make and make(), access, wait)
            except DeviceError as error:
                delay = error.wait or 0.5 * 2**failures
                if error.code == "token-expired" and access and not renewed:
                    renewed = True
                    self._renew(access)
                elif error.status == Http.UNSUPPORTED_MEDIA_TYPE and self._gzip:
                    self._gzip = False
                elif isinstance(error, OfflineError) and failures < self.tries - 1 and delay <= PATIENCE:
                    failures += 1
                    self.sleep(delay * (1 + self.random.random() / 2))
                else:
                    raise

    def _exchange(self, path: str, members: Names, body: bytes | None, access: str | None, wait: int) -> Json:
        """One attempt: the answer, or OfflineError when another attempt may help, or RefusedError."""
        address = str(self._get("base_url", "")).rstrip("/")
        if not address:
            raise BadUseError("Say where the server is, once: --url https://…")
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {access}"} if access else {}
        if body and len(body) > GZIP_FROM and self._gzip:
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        try:
            reply = self.transport("POST" if body else "GET", address + path, headers, body, TIMEOUT + wait)
        except (OSError, HTTPException, ValueError) as error:
            raise OfflineError(f"No answer from {address} ({str(error) or type(error).__name__}).") from error
        told: Any = None
        with suppress(ValueError):
            told = json.loads(reply.body)
        answer: Json = told if isinstance(told, dict) else {}
        if reply.status in (Http.OK, Http.CREATED):
            if all(member in answer for member in members):
                return answer
            raise OfflineError(f"What answers at {address} does not speak the sync protocol.")
        said = str(answer.get("detail") or answer.get("title") or f"The server answered {reply.status}.")
        later = reply.headers.get("retry-after", "")
        busy = reply.status == Http.TOO_MANY_REQUESTS or reply.status >= Http.INTERNAL_SERVER_ERROR
        delay = float(later) if re.fullmatch(r"\d{1,9}", later) else None
        raise (OfflineError if busy else RefusedError)(said, reply.status, answer, delay)

    def _renew(self, stale: str) -> None:
        """Trade the refresh token for a new pair; in turn, since using one twice would lock the device out."""
        lock = f"{self.path}.renewing" if os.path.exists(self.path) else ":memory:"  # noqa: PTH110
        with closing(sqlite3.connect(lock, timeout=4 * TIMEOUT, isolation_level=None)) as turn:
            turn.execute("BEGIN EXCLUSIVE")
            if self._get("access_token") != stale:
                return  # another process was faster
            old = to_json({"refresh_token": self._get("refresh_token")}).encode()
            pair = self._call("/sync/v1/token", ("access_token", "refresh_token"), lambda: old, signed=False)
            with self._transaction():
                self._set(access_token=pair["access_token"], refresh_token=pair["refresh_token"])

    # What lies in the file

    def _transaction(self) -> sqlite3.Connection:
        """For `with`: all of it is on disk at the end, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        return self.db

    def _get(self, name: str, default: Any = None) -> Any:
        row = self.db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def _set(self, **values: Any) -> None:
        rows = [(name, to_json(value)) for name, value in values.items()]
        self.db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", rows)

    def _new_id(self) -> str:
        """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance."""
        milliseconds, chance = int(self.clock().timestamp() * 1000), self.random.getrandbits(74)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1))


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
NUMBERS = {"quantity": r"(?=.*[1-9])\d{1,12}(\.\d{1,6})?", "counted": r"\d{1,12}(\.\d{1,6})?", "minutes": r"\d{1,5}"}
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

    def enrol(self, code: str, name: str) -> Iterator[str]:
        """Make this file a technician's device."""
        technician = self.device.enrol(code, name)["technician"]
        yield f"Enrolled for {technician.get('name', technician['id'])}; now sync."

    def sync(self, wait: int) -> Iterator[str]:
        """Send everything, fetch everything; then wait for news, if asked."""
        synced = self.device.sync(wait)
        yield f"Sent {len(synced.results)}, received {synced.documents} documents."
        yield from (f"{item['seq']} {explain(item)}" for item in synced.results if item["status"] != "applied")

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
    other = {"record": "type json_text", "enrol": "code --name!", "sync": "--wait", "job": "work_order"}
    other |= dict.fromkeys(("jobs", "stock", "outbox", "results", "status"), "")
    for word, members in (other | {word: deed.split(" ", 1)[1] for word, deed in DEEDS.items()}).items():
        sub = words.add_parser(
            word, help=getattr(Terminal, word).__doc__ if word in other else f"Record {DEEDS[word].split()[0]}."
        )
        for member in members.split():
            options: Json = {"choices": CHOICES.get(member.strip("-!"))}
            if member.startswith("--"):
                options |= {"type": int, "default": 0} if member == "--wait" else {}
                options |= {"required": member.endswith("!"), "action": "append" if member == "--serial" else "store"}
            sub.add_argument(member.strip("!"), **options)
        if word in DEEDS or word == "record":
            sub.add_argument("--at", type=instant, metavar="TIME", help="when it happened (default: now)")
    words.choices["labour"].set_defaults(kind="work")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one word: 0 done, 1 failed, 2 bad use; an error is one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        with closing(Device(options.home, options.url)) as device:
            for line in Terminal(device).say(options):
                print("".join(sign if sign.isprintable() else " " for sign in line))
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

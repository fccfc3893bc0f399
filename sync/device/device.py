"""A device: records work offline, sends operations, fetches documents, and shows both."""

from __future__ import annotations

import random as dice
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from .enrolling import Enroller
from .errors import BadUseError, DeviceError, RefusedError
from .fetching import Fetcher
from .file import File
from .json_text import Json
from .local import Local
from .operation import NewOperation
from .running import Loop
from .sending import Sender, Synced
from .wiping import Wiper
from .world import Connect, Listen, Transport, World, lines_over_http, local_now, open_file, over_http


class Device:
    """A replica and an outbox in the SQLite file `path`; for one thread each, any number of them on one file."""

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
        world = World(transport, listen, clock, sleep, random or dice.SystemRandom())
        self._local = Local(File(path, connect), world, app_version, tries)
        self.db = self._local.file.db
        self._sender = Sender(self._local)
        self._fetcher = Fetcher(self._local, self._sender)
        self._wiper = Wiper(self._local)
        self._enroller = Enroller(self._local)
        if base_url is not None and base_url != self._local.file.get("base_url"):
            self._local.file.set(base_url=base_url)

    def close(self) -> None:
        """Close the file; all that was recorded is on disk already."""
        self.db.close()

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
        """Put one operation into the outbox, on disk before returning; returns its id. `at` is aware, or now.

        Those recorded one after the other with the same `group` are one commit, as long as none of them has been sent
        before the last is recorded: `record_group` makes sure of that.
        """
        return self._local.outbox.record([NewOperation(kind, data, at, v, needs)], group)[0]

    def record_group(self, operations: Sequence[NewOperation], group: str | None = None) -> list[str]:
        """Put operations that are one commit into the outbox, all or none of them; returns their ids."""
        return self._local.outbox.record(operations, group or self._local.world.new_id())

    def attach(self, source: str | bytes | Path, media_type: str) -> Json:
        """Store a picture (a path or its bytes) until it is uploaded; returns the members that name it in an operation.

        It is uploaded when an operation that names it has its result. What no operation names is deleted after a week.
        """
        try:
            content = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise BadUseError(f"{error.filename} cannot be read: {error.strerror}.") from error
        return {"sha256": self._local.blobs.attach(content), "size": len(content), "media_type": media_type}

    def documents(self, kind: str, id: str | None = None) -> list[Json]:
        """The documents of a type: `type`, `id`, `position`, `hash`, `body`, and `gone`.

        `gone` is the reason why the server removed a document that an unsent operation still names.
        """
        return self._local.replica.documents(kind, id)

    def document(self, kind: str, id: str) -> Json | None:
        """One document, or None when this device does not have it."""
        return next(iter(self.documents(kind, id)), None)

    def outbox(self) -> list[Json]:
        """The operations that have no result yet, in the order they will be sent."""
        return self._local.outbox.unsent()

    def results(self) -> list[Json]:
        """The results of the last seven days and all undecided ones, oldest first, each with its `operation`."""
        return self._local.outbox.results()

    def stock(self) -> list[Json]:
        """The `stock` bodies with `on_hand` (a Decimal) by this device, and in `confirmed` as the server last sent it.

        An operation of this device counts while it is unsent, undecided or recorded beyond what has been pulled.
        """
        return self._local.replica.stock()

    def status(self) -> Json:
        """The identity of this device, how much it holds, and whether its digests agree with the server's."""
        names = ("device_id", "incarnation", "technician", "base_url", "epoch", "through", "synced_at", "install_id")
        types = self.db.execute("SELECT type, count(*) FROM documents GROUP BY type ORDER BY type")
        waiting = self._local.outbox.summary()
        return {name: self._local.file.get(name) for name in (*names, "agrees")} | {
            "signs": self._local.identity.now().key is not None,
            "unsent": waiting["count"],
            "oldest_unsent": waiting["oldest"],
            "blobs_waiting": self._local.blobs.waiting(),
            "documents": dict(types.fetchall()),
        }

    def enrol(
        self, code: str, name: str, platform: str = "terminal", app_version: str | None = None, *, as_new: bool = False
    ) -> Json:
        """Exchange a one-time code for tokens; when the reply was lost, call it again.

        A device enrolled again renumbers all operations and keeps their ids. `as_new` makes a copy a second device.
        """
        with self._wiper.obeying(by_code=True):
            return self._enroller.enrol(code, name, platform, app_version or self.app_version, as_new=as_new)

    def push(self) -> list[Json]:
        """Send the whole outbox; returns the results. Safe to repeat after any failure."""
        with self._wiper.obeying():
            return self._sender.push(with_pull=False).results

    def pull(self, wait: int = 0) -> int:
        """Fetch all that changed; returns the number of documents. Waits up to `wait` seconds for changes."""
        with self._wiper.obeying():
            return self._fetcher.pull(wait)

    def upload(self) -> int:
        """Send the bytes that answered operations name; returns the number of blobs completed.

        What fails is tried again later. It stops when there is an operation to send, which goes first.
        """
        with self._wiper.obeying():
            return self._local.blobs.upload()

    def sync(self, wait: int = 0) -> Synced:
        """Send and fetch everything, in one round trip when both are small; then wait `wait` seconds for changes."""
        with self._wiper.obeying():
            pushed = self._sender.push(with_pull=True)
            pulled, notice, caught_up = 0, None, True
            try:
                if wait or not pushed.caught_up or self._local.file.get("agrees") is False:
                    pulled = self._fetcher.pull(wait)
            except RefusedError as refusal:
                if refusal.code not in ("upgrade-required", "device-suspended"):
                    raise
                notice, caught_up = str(refusal), False
            if self._local.file.get("agrees") is False:
                notice = notice or "What this device shows differs from the server: it is compared again later."
            blobs = self._local.blobs.upload()
            self._local.file.set(synced_at=self._local.world.clock().isoformat(timespec="seconds"))
            return Synced(pushed.results, pushed.documents + pulled, caught_up, blobs, notice)

    def live(self) -> bool:
        """Wait until the server reports a change; False when the stream ends, or there is something to send.

        The server writes a line every 15 seconds; then this device checks whether something was recorded.
        """
        cursor = self._local.file.get("cursor")
        path = "/sync/v1/live" + (f"?{urlencode({'cursor': cursor})}" if cursor else "")
        with self._wiper.obeying(), closing(self._local.wire.lines(path)) as lines:
            for line in lines:
                if re.match(rb"event: ?wake\b", line):
                    return True
                if self._local.outbox.waits():
                    return False
        return False

    def run(self) -> Iterator[Synced | DeviceError]:
        """Sync, wait for changes or for something to send, and sync again; yields the result of each sync, for ever.

        Only an erasure ends it: any other error is yielded, and tried again later.
        """
        return Loop(self._local, self.sync, self.live).run()

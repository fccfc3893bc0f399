"""Bugs of a device."""

from __future__ import annotations

from typing import Any

from sync.device import RefusedError
from sync.device.local import Local
from sync.device.outbox import Outbox
from sync.device.replica import Replica
from sync.device.sending import Sender
from sync.device.wiping import Wiper
from tests.simulation.planted import Patcher, bug


@bug("operation dropped on 403", "a refused device throws its outbox away")
def dropped_on_403(patcher: Patcher) -> None:
    def push(original: Any, sender: Sender, **how: Any) -> Any:
        try:
            return original(sender, **how)
        except RefusedError as refusal:
            if refusal.status == 403:
                sender._local.file.db.execute("DELETE FROM operations WHERE acknowledged IS NULL")
            raise

    patcher.wrap(Sender, "push", push)


@bug("cursor saved before its page", "a device that dies between the two never gets the page")
def cursor_first(patcher: Patcher) -> None:
    def take(original: Any, local: Local, asked: str | None, page: dict[str, Any]) -> Any:
        if local.file.get("cursor") == asked:
            local.file.set(cursor=page["cursor"])
            local.file.db.execute("COMMIT")
            local.file.db.execute("BEGIN IMMEDIATE")
        return original(local, local.file.get("cursor"), page)

    patcher.wrap(Local, "take", take)


@bug("eviction deletes a pending operation", "a device that makes room forgets what it has not sent")
def eviction(patcher: Patcher) -> None:
    def sweep(original: Any, outbox: Outbox) -> None:
        original(outbox)
        outbox.db.execute("DELETE FROM operations WHERE n <= (SELECT max(n) FROM operations) - 4")

    patcher.wrap(Outbox, "sweep", sweep)


@bug("the device adopts the server's digest", "a device that is wrong never finds out")
def adopted(patcher: Patcher) -> None:
    def store(original: Any, replica: Replica, asked: str | None, page: dict[str, Any]) -> Any:
        if "digests" in page:
            page_digests = page["digests"]
            replica.digests = lambda: page_digests  # type: ignore[method-assign]
        return original(replica, asked, page)

    patcher.wrap(Replica, "store", store)


@bug("restore without re-send", "what a restored server has lost stays lost")
def no_resend(patcher: Patcher) -> None:
    patcher.replace(Outbox, "send_again", lambda *_: None)


@bug("resend from the wrong number", "the first lost operation stays lost")
def resend_too_late(patcher: Patcher) -> None:
    patcher.wrap(Outbox, "send_again", lambda original, outbox, expected: original(outbox, expected + 1))


@bug("ids made anew with a new incarnation", "what was sent before is sent as something else")
def new_ids(patcher: Patcher) -> None:
    def renumber(original: Any, outbox: Outbox, **how: Any) -> None:
        for (n,) in outbox.db.execute("SELECT n FROM operations WHERE acknowledged IS NULL").fetchall():
            text = outbox.db.execute("SELECT id, operation FROM operations WHERE n = ?", (n,)).fetchone()
            id_ = outbox.world.new_id()
            changed = (id_, text[1].replace(text[0], id_), n)
            outbox.db.execute("UPDATE operations SET id = ?, operation = ? WHERE n = ?", changed)
        original(outbox, **how)

    patcher.wrap(Outbox, "renumber", renumber)


@bug("erased before salvage", "a lost device takes its work with it")
def no_salvage(patcher: Patcher) -> None:
    patcher.replace(Wiper, "_salvage", lambda wiper: wiper._local.file.set(wiping="erase"))


@bug("a new download keeps what is old", "documents that are no longer the technician's stay")
def old_generations(patcher: Patcher) -> None:
    patcher.wrap(Replica, "forget_cursor", lambda _, replica: replica.file.set(cursor=None, agrees=None))


@bug("a lost photo fails its operation", "an operation waits for bytes that wait for the operation")
def photo_first(patcher: Patcher) -> None:
    def batch(original: Any, outbox: Outbox, most: int) -> Any:
        left = [name for (name,) in outbox.db.execute("SELECT sha256 FROM blobs WHERE done IS NULL").fetchall()]
        queued = original(outbox, most)
        ready = [n for n, one in enumerate(queued) if any(name in one.text for name in left)]
        return queued[: ready[0]] if ready else queued

    patcher.wrap(Outbox, "batch", batch)


@bug("what was sent is thrown away at once", "a restored server never gets it back")
def not_kept(patcher: Patcher) -> None:
    def sweep(original: Any, outbox: Outbox) -> None:
        original(outbox)
        outbox.db.execute("DELETE FROM operations WHERE acknowledged IS NOT NULL AND status = 'applied'")

    patcher.wrap(Outbox, "sweep", sweep)

"""Sending: the outbox is sent batch by batch, and each answer is stored in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus as Http
from typing import NamedTuple

from .errors import OfflineError, RefusedError, understood
from .json_text import Json, instant
from .limits import BATCH, PAGE, RESTARTS
from .local import Life, Local
from .operation import Queued
from .request import Request


class Synced(NamedTuple):
    """The result of a sync: results, the number of changed documents, whether nothing is left to pull.

    `blobs` is how many were completed; `notice` is a sentence for the person when the documents are not right.
    """

    results: list[Json]
    documents: int
    caught_up: bool
    blobs: int = 0
    notice: str | None = None


class Push(NamedTuple):
    """One push as it was sent."""

    batch: list[Queued]
    missing: Json | None
    cursor: str | None
    life: Life


@dataclass
class PushProgress:
    """The progress of sending the outbox, and the options of the next push."""

    with_pull: bool
    ask: bool
    most: int = BATCH
    detours: int = 0
    documents: int = 0
    caught_up: bool = False
    results: list[Json] = field(default_factory=list)


class Sender:
    """Sends the outbox."""

    def __init__(self, local: Local) -> None:
        self._local = local

    def push(self, *, with_pull: bool, ask: bool = False) -> Synced:
        """Send the outbox batch by batch; with `ask`, also when it is empty."""
        progress = PushProgress(with_pull, ask)
        while True:
            batch = self._local.outbox.batch(progress.most)
            sent = Push(batch, self._local.outbox.missing(batch), self._local.file.get("cursor"), self._local.life())
            if not (batch or sent.missing or progress.ask):
                return Synced(progress.results, progress.documents, progress.caught_up)
            pull = {"limit": PAGE} | ({"cursor": sent.cursor} if sent.cursor else {}) if progress.with_pull else None
            make = partial(self._local.envelope, batch, sent.missing, pull)
            try:
                answer = self._local.wire.call(Request("POST", "/sync/v1/push", ("results",), make)).fields
            except RefusedError as refusal:
                progress.detours += 1
                if not self._adapt(progress, sent, refusal):
                    raise
            else:
                self._receive(progress, sent, answer)

    def _adapt(self, progress: PushProgress, sent: Push, refusal: RefusedError) -> bool:
        """Do what the refusal of a push requires, so that it can be sent again; False when only a person can help."""
        if refusal.status == Http.REQUEST_ENTITY_TOO_LARGE and self._local.can_send_less(sent.batch):
            progress.most, progress.detours = len(sent.batch) // 2, progress.detours - 1
        elif progress.with_pull and refusal.status in (Http.GONE, Http.UPGRADE_REQUIRED):
            progress.with_pull = False
        elif refusal.code == "sequence-gap" and progress.detours <= RESTARTS:
            progress.results += self._go_back(refusal, sent.life)
        elif refusal.code == "epoch-changed" and progress.detours <= RESTARTS:
            self._begin_life(refusal.problem, sent.life)
        else:
            return False
        return True

    def _receive(self, progress: PushProgress, sent: Push, answer: Json) -> None:
        """Store the answer to a push in one transaction."""
        page: Json | None = answer.get("changes") if progress.with_pull else None
        with understood(), self._local.file.transaction():
            counts = self._settle(sent, answer)
            progress.documents += self._local.take(sent.cursor, page) if page and counts else 0
            self._local.tidy()
        if sent.batch and self._local.outbox.batch(1)[:1] == sent.batch[:1]:
            progress.detours += 1
            if counts or progress.detours > RESTARTS:
                raise OfflineError("The server answered a push without the result of its first operation.")
            return
        progress.results += answer["results"]
        progress.caught_up, progress.with_pull, progress.ask = (
            page is not None and counts and not page.get("more"),
            False,
            False,
        )

    def _settle(self, sent: Push, answer: Json) -> bool:
        """Inside a transaction: store the results of a push, if epoch and incarnation are still those of the push."""
        life = self._local.life()
        if life != sent.life:
            return False  # another process has a newer answer
        if "server_time" in answer:
            self._local.file.set(server_time=instant(answer["server_time"]).timestamp())
        self._local.outbox.settle(answer["results"])
        self._local.outbox.answered(sent.batch, sent.missing)
        epoch = answer.get("epoch") or life[0]
        if life[0] is not None and epoch != life[0]:
            self._local.begin_life(
                epoch, self._local.outbox.first_kept()
            )  # sending all of it again is safe, whatever the server has
            return False
        self._local.file.set(epoch=epoch)
        return True

    def _go_back(self, gap: RefusedError, life: Life) -> list[Json]:
        """After a sequence gap: store the results in it, and send again from the number it names."""
        results: list[Json] = gap.problem.get("results") or []
        expected = gap.problem.get("expected")
        if not isinstance(expected, int) or not 1 <= expected <= self._local.file.get("last_seq", 0):
            raise RefusedError(
                f"The server expects operation {expected}, which does not exist.", gap.status, gap.problem
            )
        with understood(), self._local.file.transaction():
            if self._local.life() == life:
                self._local.outbox.settle(results)
                self._local.outbox.send_again(expected)
        return results

    def _begin_life(self, problem: Json, life: Life) -> None:
        """The server's log was restored from a backup: send again what it has lost, and fetch everything again."""
        with understood(), self._local.file.transaction():
            if self._local.life() == life:
                self._local.begin_life(problem["epoch"], int(problem["resend_from"]))

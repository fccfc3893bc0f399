"""A device that the office has revoked: its outbox is sent to the office, then everything is erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus as Http
from typing import NoReturn

from .errors import ErasedError, FullError, RefusedError
from .limits import BATCH
from .local import Local
from .request import Request


class Wiper:
    """Carries out a wipe in steps, each of which may be repeated after a kill."""

    def __init__(self, local: Local) -> None:
        self._local = local

    @contextmanager
    def obeying(self, *, by_code: bool = False) -> Iterator[None]:
        """Context that carries out a wipe that the office asks for, also one that was interrupted by a kill.

        With a code, a device whose tokens a restored server does not know keeps its work: the office trusts it again.
        """
        try:
            if self._local.file.get("wiping"):
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
        """Begin a wipe; all operations are sent, as a restored server may have lost some that it had acknowledged."""
        try:
            with self._local.file.transaction():
                self._local.outbox.renumber()
                self._local.file.set(wiping=step)
        except FullError:
            self._local.file.set(wiping=step)

    def _wipe(self) -> NoReturn:
        """Salvage, erase, confirm: each step may be repeated, and the next begins when it is done."""
        if self._local.file.get("wiping") == "salvage":
            self._salvage()
        if self._local.file.get("wiping") == "erase":
            self._local.file.erase(keep=("wiping", "base_url", "access_token"))
            self._local.file.set(wiping="confirm")
        with suppress(RefusedError):  # whatever the answer is: there is nothing left to erase
            self._local.wire.call(Request("POST", "/sync/v1/wiped", make=lambda: b"{}"))
        self._local.file.erase()
        raise ErasedError("The office has revoked this device, and it has erased itself.")

    def _salvage(self) -> None:
        """Send the outbox to the office; its last batch and the next step are one transaction."""
        most = BATCH
        while True:
            batch = self._local.outbox.batch(most)
            try:
                if batch:
                    self._local.wire.call(
                        Request("POST", "/sync/v1/salvage", make=partial(self._local.envelope, batch))
                    )
            except RefusedError as refusal:
                if refusal.status != Http.REQUEST_ENTITY_TOO_LARGE or not self._local.can_send_less(batch):
                    raise
                most = len(batch) // 2
                continue
            with self._local.file.transaction():
                if batch:
                    self._local.outbox.hand_over(batch)
                if not self._local.outbox.waits():
                    self._local.file.set(wiping="erase")
                    return

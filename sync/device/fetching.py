"""Fetching: pages of documents after the cursor, and the repair of what differs from the server."""

from __future__ import annotations

from http import HTTPStatus as Http
from urllib.parse import urlencode

from .errors import DeviceError, OfflineError, RefusedError, understood
from .json_text import Json, to_json
from .limits import AUDIENCES, HEALS, HOUR, PAGE, RESTARTS
from .local import Local
from .request import Request
from .sending import Sender


class Fetcher:
    """Fetches what has changed; `sender` sends again what the log has lost meanwhile."""

    def __init__(self, local: Local, sender: Sender) -> None:
        self._local, self._sender = local, sender

    def pull(self, wait: int) -> int:
        """Fetch everything; returns the number of documents. An app that is too old reports its version first."""
        try:
            return self._pull_all(wait)
        except RefusedError as refusal:
            if refusal.code != "upgrade-required":
                raise
        self._sender.push(with_pull=False, ask=True)
        return self._pull_all(wait)

    def _pull_all(self, wait: int) -> int:
        received = detours = 0
        while detours <= RESTARTS:
            cursor = self._local.file.get("cursor")
            page = self._page(cursor, wait)
            if page is None:
                detours += 1
                continue
            if page.get("epoch", self._local.file.get("epoch")) != (self._local.file.get("epoch") or page.get("epoch")):
                detours += 1
                self._sender.push(
                    with_pull=False, ask=True
                )  # with the old epoch, to which the server answers what to send again
                continue
            with understood(), self._local.file.transaction():
                received += self._local.take(cursor, page)
                self._local.tidy()
            if page.get("more") and page["cursor"] == cursor:
                raise OfflineError("The server reports more documents, but sends the same page again.")
            wait = 0
            if not page.get("more"):
                healed = self._heal()
                if healed is not None:
                    return received + healed
                detours += 1
        raise OfflineError("The server makes this device begin its download again and again.")

    def _page(self, cursor: str | None, wait: int) -> Json | None:
        """One page; None when the cursor is no longer valid, which removes it."""
        query = {"limit": PAGE} | ({"cursor": cursor} if cursor else {}) | ({"wait": wait} if wait else {})
        try:
            asked = Request("GET", f"/sync/v1/pull?{urlencode(query)}", ("cursor", "changes"), wait=wait)
            return self._local.wire.call(asked).fields
        except RefusedError as refusal:
            if refusal.status != Http.GONE:
                raise
        self._download_anew(cursor)
        return None

    def _download_anew(self, cursor: str | None) -> None:
        with self._local.file.transaction():
            if self._local.file.get("cursor") == cursor:
                self._local.replica.forget_cursor()

    def _heal(self) -> int | None:
        """Replace the documents that differ, if the digests do; returns their number, or None for a new download."""
        now = self._local.world.now()
        lately = [at for at in self._local.file.get("heals", []) if now - HOUR < at <= now]
        if self._local.file.get("agrees") is not False or len(lately) >= HEALS:
            return 0
        self._local.file.set(heals=[*lately, now])
        cursor = self._local.file.get("cursor")
        counts = {audience: digest["count"] for audience, digest in self._local.replica.digests().items()}
        body = to_json({"cursor": cursor, "counts": counts} | self._local.replica.leaves()).encode()
        try:
            page = self._local.wire.call(
                Request("POST", "/sync/v1/verify", ("cursor", "changes", *AUDIENCES), lambda: body, patient=False)
            ).fields
        except DeviceError as error:
            if error.status == Http.GONE:
                self._download_anew(cursor)
                return None
            if error.code == "device-revoked":
                raise
            return 0  # the documents may be wrong until the next time; everything else continues
        with understood(), self._local.file.transaction():
            healed = 0
            if page.get("epoch", self._local.file.get("epoch")) == self._local.file.get("epoch"):
                healed = self._local.replica.heal(cursor, page)
                self._local.tidy()
        return healed

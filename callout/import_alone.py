"""Commands of an import that are carried out alone: each in a transaction of its own, with views that know all."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Final

from api.app import Application
from api.http.batch import Batch
from api.http.batch_request import Sent
from callout.assembly import House
from callout.import_clashes import Clashes
from callout.import_entry import BadLine

PATIENCE: Final = 20
PAUSE_SECONDS: Final = 0.5


class Alone:
    """Carries out commands of the user whose `token` it is; what somebody else did goes through `batch`."""

    def __init__(self, house: House, app: Application, batch: Batch, token: str, clashes: Clashes) -> None:
        self._house, self._batch, self._clashes = house, batch, clashes
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def send(self, sent: Sent, line: int) -> str | None:
        """Carry out one command; why it was refused, or None. Raises `BadLine` while the database is away."""
        projector = self._house.projector()
        while projector.run_once():
            pass
        for _ in range(PATIENCE):
            found = self._once(sent, line)
            if found != HTTPStatus.SERVICE_UNAVAILABLE:
                return None if isinstance(found, int) else found
            time.sleep(PAUSE_SECONDS)
        raise BadLine(f"line {line}: the database is away; the same import goes on from here later")

    def _once(self, sent: Sent, line: int) -> int | str:
        """The status of what was done, or is to be tried again; or why it was refused."""
        if sent.actor is not None:
            refusal = self._batch.alone(sent)
            if refusal is None:
                self._clashes.brought(line, sent.body.get("id"))
                return HTTPStatus.OK
            return HTTPStatus.SERVICE_UNAVAILABLE if refusal.passes else self._clashes.reason(refusal.document)
        headers = self._headers | {"Idempotency-Key": sent.key}
        with self._client.post(f"/api/v1/{sent.do}", json=sent.body, headers=headers) as answer:
            status, reply = answer.status_code, answer.get_json(silent=True) or {}
            if status < HTTPStatus.BAD_REQUEST:
                self._clashes.brought(line, reply.get("id"))
            if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.SERVICE_UNAVAILABLE:
                return status
            return self._clashes.reason(reply or {"detail": f"answered with {status}"})

"""Replies: an operation always gets the same reply, no fact is refused, and what is answered is recorded."""

from __future__ import annotations

from contextlib import suppress
from gzip import decompress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from sync.device import Reply
from tests.simulation.content import content_of
from tests.simulation.network import Request
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

REQUESTS = frozenset({"decline_visit", "request_visit", "change_customer_details", "close_work_order"})
STATUSES = frozenset({"applied", "conflicted", "held", "rejected", "quarantined"})
SAME = "the same operation gets the same reply for ever"
NO_REFUSAL = "a fact is never rejected"
MAY_BE_NOTHING = ("fact_corrected", "change_customer_details")
"""Correcting what was corrected, or changing a detail to its present value, records nothing."""
EFFECT = "what is applied is recorded"
DURABLE = "what is answered is on record"
NONSENSE = ("note_sung",)
OLD_VERSIONS = "an old version of an operation is understood for ever"
OLD_APPS = "what an old app sends is taken"
ALL = "a push is answered operation by operation"


class Replies:
    """Remembers the first reply to every operation."""

    requests = REQUESTS

    def __init__(self, world: World) -> None:
        self._world = world
        self._first: dict[tuple[str, str], dict[str, Any]] = {}

    def answered(self, request: Request, reply: Reply) -> None:
        """Check the results in the reply to a push."""
        if not request.url.endswith("/push"):
            return
        must(reply.status != 426, OLD_APPS, "an app is too old to push")
        if reply.status not in (200, 409):
            return
        sent = {operation["id"]: operation for operation in sent_in(request)}
        body = orjson.loads(reply.body)
        results: list[dict[str, Any]] = body.get("results") or []
        if reply.status == 200:
            must([one["id"] for one in results] == list(sent), ALL, f"{results}")
        for result in results:
            self._answered(sent[result["id"]], result)
        self._world.auditor.conflicts.answered([(sent[result["id"]], result) for result in results])

    def restored(self) -> None:
        """The server was restored: forget replies to operations that the log lost."""
        known = self._world.log.operations
        self._first = {
            (id, content): result
            for (id, content), result in self._first.items()
            if any(one.content_hash == content for one in known.all_of(UUID(id)))
        }

    def check_the_end(self) -> None:
        """The status of every first reply is recorded."""
        for (id, content), result in self._first.items():
            known = [one for one in self._world.log.operations.all_of(UUID(id)) if one.content_hash == content]
            must(any(one.status == result["status"] for one in known), DURABLE, f"{id}: {result}")

    def _answered(self, operation: dict[str, Any], result: dict[str, Any]) -> None:
        status = result["status"]
        must(status in STATUSES, ALL, f"{result}")
        must(status != "rejected" or operation["type"] in REQUESTS, NO_REFUSAL, f"{operation['type']}: {result}")
        problem = result.get("problem") or {}
        unknown = operation["v"] == 1 and str(problem.get("detail")).startswith(
            f"There is no operation {operation['type']} "
        )
        must(not unknown or operation["type"] in NONSENSE, OLD_VERSIONS, f"{result}")
        must(result["seq"] == operation["seq"], ALL, f"{result}")
        key = operation["id"], content_of(operation)
        kept = {name: value for name, value in result.items() if name not in ("duplicate", "seq")}
        first = self._first.setdefault(key, kept)
        must(first == kept, SAME, f"{first} and then {kept}")
        known = self._world.log.operations.all_of(UUID(key[0]))
        must(any(one.content_hash == key[1] for one in known), DURABLE, f"{result} is not on record")
        recorded = status not in ("applied", "conflicted") or result["positions"] or operation["type"] in MAY_BE_NOTHING
        must(recorded, EFFECT, f"{operation['type']}: {result}")
        for position in result.get("positions") or ():
            event = self._world.log.events[position - 1]
            must(str(event.envelope.operation_id) == key[0], DURABLE, f"{result} names position {position}")


def sent_in(request: Request) -> list[dict[str, Any]]:
    """The operations of a push; none if its body is truncated."""
    body = request.body or b""
    with suppress(OSError, EOFError, ValueError, KeyError):
        if request.headers.get("Content-Encoding") == "gzip":
            body = decompress(body)
        operations: list[dict[str, Any]] = orjson.loads(body)["operations"]
        return operations
    return []

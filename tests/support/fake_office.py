"""A fake server that follows the sync protocol for one device, with faults that a test sets."""

import gzip
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.device import Reply
from sync.device.json_text import Json
from tests.support.fake_office_blobs import FakeBlobs
from tests.support.fake_office_digests import digests, kind, leaf, leaves
from tests.support.fake_office_enrolment import FakeEnrolment, is_signed, problem, reply

VAN, PART, JOB, VISIT = (f"0191cb40-0000-7000-8000-00000000000{n}" for n in range(1, 5))
LOST: Json = {"id": "lost", "type": "lost"}


class FakeOffice(FakeEnrolment):
    """The server of sync.md for one device: operations in order, first results repeated, documents by position."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = RLock()
        self.operations: list[Json] = []  # by sequence number of the present incarnation
        self.results: dict[str, Json] = {}
        self.salvaged: list[Json] = []
        self.wiped = 0
        self.documents: dict[tuple[str, str], Json] = {}
        self.shelf = FakeBlobs()
        self.sent: list[list[str]] = []  # the raw text of each operation, push by push
        self.envelopes: list[Json] = []
        self.verified: list[Json] = []
        self.asked: list[str] = []  # method and path of each request
        self.faults: list[Callable[[str, Callable[[], Reply]], Reply | None]] = []
        self.position, self.page, self.most, self.oldest = 0, 500, 100, 0
        self.headers = dict[str, str]()
        self.news = list[bytes]()  # the lines of the stream of news
        self.time: str | None = None  # `server_time` of its replies, if they have one

    def put(self, kind: str, key: str, /, **body: Any) -> None:
        self.position += 1
        self.documents[kind, key] = {"type": kind, "id": key, "position": self.position, "hash": "00", "body": body}

    def share(self, kind: str, key: str, /, **body: Any) -> None:
        self.put(kind, key, **body)
        self.documents[kind, key]["shared"] = True

    def take_away(self, kind: str, key: str, why: str) -> None:
        self.position += 1
        self.documents[kind, key] = {"type": kind, "id": key, "position": self.position, "gone": why}

    def restore(self, operations: int, epoch: str = "e2") -> None:
        """Go back to a backup that has only so many of the operations."""
        for operation in self.operations[operations:]:
            self.results.pop(operation["id"], None)
        del self.operations[operations:]
        self.epoch = epoch

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, _: float) -> Reply:
        with self.lock:
            path = url.split("/sync/v1/")[1]
            self.asked.append(f"{method} {path.split('?')[0]}")
            self.headers = {name.lower(): value for name, value in headers.items()}

            def answer() -> Reply:
                return self.answer(method, path, body or b"")

            fault = self.faults.pop(0) if self.faults else None
            return (fault(path, answer) if fault else None) or answer()

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        text = gzip.decompress(body) if body and self.headers.get("content-encoding") == "gzip" else body
        if path == "devices":
            return self.enrol(json.loads(text))
        if path == "token":
            return self.renew(json.loads(text))
        if refusal := self.refusal(path, self.headers):
            return refusal
        if path.startswith("blobs/"):
            return self.shelf.answer(method, path.removeprefix("blobs/"), self.headers, text)
        if method == "POST":
            verbs = {"push": self.push, "verify": self.verify, "salvage": self.salvage, "wiped": self.confirm}
            return verbs[path](json.loads(text), text.decode())
        query = parse_qs(urlsplit(path).query)
        return self.changes(query.get("cursor", [None])[0], int(query["limit"][0]))

    def push(self, body: Json, text: str) -> Reply:
        operations, results = body["operations"], list[Json]()
        if len(operations) > self.most:
            return problem(413, "batch-too-large")
        self.sent.append(raw_items(text))
        self.envelopes.append(body)
        if body.get("epoch", self.epoch) != self.epoch:
            return problem(409, "epoch-changed", epoch=self.epoch, resend_from=len(self.operations) + 1)
        missing = body.get("missing")
        if missing and missing["from"] == len(self.operations) + 1:
            self.operations += [LOST] * (missing["through"] - missing["from"] + 1)
        for operation in operations:
            seq, id_ = operation["seq"], operation["id"]
            if seq > len(self.operations) + 1:
                return problem(409, "sequence-gap", expected=len(self.operations) + 1, results=results)
            if seq <= len(self.operations) and self.operations[seq - 1]["id"] != id_:
                return problem(409, "device-forked")
            self.operations[seq - 1 :] = [operation, *self.operations[seq:]]
            again = {"duplicate": True} if id_ in self.results else {}
            self.results[id_] = self.results.get(id_) or {"id": id_, **self.take(operation)}
            results.append({**self.results[id_], "seq": seq, **again})
        answer: Json = {"epoch": self.epoch, "acknowledged": len(self.operations), "results": results}
        answer |= {"server_time": self.time} if self.time else {}
        if "pull" in body:
            page = self.changes(body["pull"].get("cursor"), body["pull"]["limit"])
            if page.status != 200:
                return page
            answer["changes"] = json.loads(page.body)
        return reply(200, answer)

    def take(self, operation: Json) -> Json:
        type_, data = operation["type"], operation["data"]
        if type_ == "gibberish" or (self.key and not is_signed(self.key, operation)):
            code = "unknown-type" if type_ == "gibberish" else "signature-invalid"
            return {"status": "quarantined", "problem": {"code": code, "detail": "Nobody knows this."}}
        if not set(operation["needs"]) <= {*self.results, "other"}:
            return {"status": "held"}
        if type_ == "reserve_part":
            return {"status": "rejected", "problem": {"code": "no-stock", "detail": "There is none left."}}
        self.position += 1
        self.shelf.name(data)
        line = f"{VAN}/{PART}"
        if type_ == "part_used" and ("stock", line) in self.documents:
            body = self.documents["stock", line]["body"]
            self.put("stock", line, **body | {"on_hand": str(Decimal(body["on_hand"]) - Decimal(data["quantity"]))})
        if "gone" in self.documents.get(("work_order", data.get("work_order", "")), {}):
            notice = {"code": "work_after_reassignment", "detail": "Somebody else has this job now."}
            return {"status": "conflicted", "positions": [self.position], "notices": [notice]}
        return {"status": "applied", "positions": [self.position]}

    def changes(self, cursor: str | None, limit: int) -> Reply:
        if cursor is not None and (cursor.split("@")[1] != self.epoch or int(cursor.split("@")[0]) < self.oldest):
            return problem(410, "cursor-expired")
        after = int((cursor or "0").split("@")[0])
        newer = sorted(self.documents.values(), key=lambda document: int(document["position"]))
        newer = [d for d in newer if d["position"] > after and not (cursor is None and "gone" in d)]
        page, more = newer[: min(limit, self.page)], len(newer) > min(limit, self.page)
        return reply(200, self.pull_body(page, page[-1]["position"] if more else self.position, more=more))

    def pull_body(self, page: list[Json], through: int, *, more: bool = False) -> Json:
        body = {"epoch": self.epoch, "cursor": f"{through}@{self.epoch}", "through": through, "more": more}
        return body | {"changes": page} | ({} if more else {"digests": digests(self.documents.values())})

    def verify(self, body: Json, _: str) -> Reply:
        self.verified.append(body)
        mine = leaves(self.documents.values())
        differ = {name: [n for n in range(256) if mine[name][n] != body[name][n]] for name in ("own", "shared")}
        page = [d for d in self.documents.values() if "gone" not in d and leaf(d) in differ[kind(d)]]
        return reply(200, self.pull_body(page, self.position) | differ)

    def salvage(self, body: Json, _: str) -> Reply:
        if len(body["operations"]) > self.most:
            return problem(413, "batch-too-large")
        self.salvaged += body["operations"]
        return reply(200, {})

    def confirm(self, _: Json, __: str) -> Reply:
        self.wiped += 1
        return reply(200, {})


def raw_items(text: str) -> list[str]:
    """The texts of the operations exactly as in the body of a push."""
    at, items, decoder = text.index('"operations":[') + len('"operations":['), list[str](), json.JSONDecoder()
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        items.append(text[at:end])
        at = end + (text[end] == ",")
    return items


def lost(_: str, answer: Callable[[], Reply]) -> Reply:
    """A fault: the server handles the request, and the reply never arrives."""
    answer()
    raise ConnectionResetError("connection reset")


def unreachable(_: str, answer: Callable[[], Reply]) -> Reply:
    """A fault: the request never arrives."""
    del answer
    raise ConnectionRefusedError("connection refused")


def answers_with(answer: Reply) -> Callable[[str, Callable[[], Reply]], Reply]:
    """A fault: the server replies with this and does nothing else."""
    return lambda _path, _answer: answer

"""A small office that follows the sync protocol for one device, with faults to order."""

import gzip
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.device import Json, Reply

VAN, PART, JOB, VISIT, ME = (f"0191cb40-0000-7000-8000-00000000000{n}" for n in range(1, 6))


def reply(status: int, body: Json, **headers: str) -> Reply:
    return Reply(status, headers, json.dumps(body).encode())


def problem(status: int, code: str, headers: Mapping[str, str] | None = None, **members: Any) -> Reply:
    body = {"type": f"https://callout.example/problems/{code}", "title": code, "detail": f"{code}!", **members}
    return Reply(status, headers or {}, json.dumps(body).encode())


class Office:
    """The server's side of sync.md for one device: intake in order, first results repeated, documents by position."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.operations: list[Json] = []
        self.results: dict[str, Json] = {}
        self.documents: dict[tuple[str, str], Json] = {}
        self.sent: list[list[str]] = []  # the raw text of each operation, push by push
        self.envelopes: list[Json] = []
        self.asked: list[str] = []  # method and path of each request
        self.faults: list[Callable[[str, Callable[[], Reply]], Reply | None]] = []
        self.position, self.page, self.most, self.oldest, self.incarnation = 0, 500, 100, 0, 1
        self.generation, self.refresh, self.refreshes, self.headers = 0, "refresh-0", 0, dict[str, str]()

    def put(self, kind: str, key: str, /, **body: Any) -> None:
        self.position += 1
        self.documents[kind, key] = {"type": kind, "id": key, "position": self.position, "hash": "00", "body": body}

    def take_away(self, kind: str, key: str, why: str) -> None:
        self.position += 1
        self.documents[kind, key] = {"type": kind, "id": key, "position": self.position, "gone": why}

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, _: float) -> Reply:
        with self.lock:
            path = url.split("/sync/v1/")[1]
            self.asked.append(f"{method} {path.split('?')[0]}")
            self.headers = {name.lower(): value for name, value in headers.items()}

            def answer() -> Reply:
                return self.answer(path, body)

            fault = self.faults.pop(0) if self.faults else None
            return (fault(path, answer) if fault else None) or answer()

    def answer(self, path: str, body: bytes | None) -> Reply:
        text = gzip.decompress(body) if body and self.headers.get("content-encoding") == "gzip" else body or b"{}"
        if path == "devices":
            tokens = {"access_token": f"access-{self.generation}", "refresh_token": self.refresh}
            who = {"technician": {"id": ME, "name": "Ada"}, "device_id": "d1", "incarnation": self.incarnation}
            return reply(201, {**tokens, **who, "epoch": "e1"})
        if path == "token":
            return self.renew(json.loads(text)["refresh_token"])
        if self.headers.get("authorization") != f"Bearer access-{self.generation}":
            return problem(401, "token-expired")
        if path == "push":
            return self.push(json.loads(text), text.decode())
        query = parse_qs(urlsplit(path).query)
        return self.changes(query.get("cursor", [None])[0], int(query["limit"][0]))

    def renew(self, token: str) -> Reply:
        if token != self.refresh:
            return problem(401, "token-reused")
        self.generation, self.refreshes = self.generation + 1, self.refreshes + 1
        self.refresh = f"refresh-{self.generation}"
        return reply(200, {"access_token": f"access-{self.generation}", "refresh_token": self.refresh})

    def push(self, body: Json, text: str) -> Reply:
        operations, results = body["operations"], list[Json]()
        if len(operations) > self.most:
            return problem(413, "batch-too-large")
        self.sent.append(raw_items(text))
        self.envelopes.append(body)
        for operation in operations:
            seq, id_ = operation["seq"], operation["id"]
            if seq > len(self.operations) + 1:
                return problem(409, "sequence-gap", expected=len(self.operations) + 1, results=results)
            if seq <= len(self.operations):
                if self.operations[seq - 1]["id"] != id_:
                    return problem(409, "device-forked")
                results.append({**self.results[id_], "duplicate": True})
                continue
            self.operations.append(operation)
            result = self.results.setdefault(id_, {"id": id_, "seq": seq, **self.take(operation)})
            results.append(result)
        answer: Json = {"epoch": "e1", "acknowledged": len(self.operations), "results": results}
        if "pull" in body:
            page = self.changes(body["pull"].get("cursor"), body["pull"]["limit"])
            if page.status != 200:
                return page
            answer["changes"] = json.loads(page.body)
        return reply(200, answer)

    def take(self, operation: Json) -> Json:
        kind, data = operation["type"], operation["data"]
        if kind == "gibberish":
            return {"status": "quarantined", "problem": {"code": "unknown-type", "detail": "Nobody knows this."}}
        if kind == "reserve_part":
            return {"status": "rejected", "problem": {"code": "no-stock", "detail": "There is none left."}}
        self.position += 1
        if kind == "part_used" and ("stock", f"{VAN}/{PART}") in self.documents:
            body = self.documents["stock", f"{VAN}/{PART}"]["body"]
            self.put(
                "stock",
                f"{VAN}/{PART}",
                **{**body, "on_hand": str(Decimal(body["on_hand"]) - Decimal(data["quantity"]))},
            )
        if "gone" in self.documents.get(("work_order", data.get("work_order", "")), {}):
            notice = {"code": "work_after_reassignment", "detail": "Somebody else has this job now."}
            return {"status": "conflicted", "positions": [self.position], "notices": [notice]}
        return {"status": "applied", "positions": [self.position]}

    def changes(self, cursor: str | None, limit: int) -> Reply:
        if cursor is not None and int(cursor) < self.oldest:
            return problem(410, "cursor-expired")
        after = int(cursor or 0)
        newer = sorted(self.documents.values(), key=lambda document: int(document["position"]))
        newer = [d for d in newer if d["position"] > after and not (cursor is None and "gone" in d)]
        page, more = newer[: min(limit, self.page)], len(newer) > min(limit, self.page)
        through = page[-1]["position"] if more else self.position
        return reply(200, {"epoch": "e1", "cursor": str(through), "through": through, "more": more, "changes": page})


def raw_items(text: str) -> list[str]:
    """The texts of the operations exactly as they stand in a push body."""
    at, items, decoder = text.index('"operations":[') + len('"operations":['), list[str](), json.JSONDecoder()
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        items.append(text[at:end])
        at = end + (text[end] == ",")
    return items


def lost(_: str, answer: Callable[[], Reply]) -> Reply:
    """A fault: the server does its work, and the reply never arrives."""
    answer()
    raise ConnectionResetError("connection reset")


def unreachable(_: str, answer: Callable[[], Reply]) -> Reply:
    """A fault: the request never arrives."""
    del answer
    raise ConnectionRefusedError("connection refused")


def says(answer: Reply) -> Callable[[str, Callable[[], Reply]], Reply]:
    """A fault: the server answers this, and does nothing."""
    return lambda _path, _answer: answer

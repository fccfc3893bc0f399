"""The digests of the fake office, computed by docs/sync.md with another library than the server's."""

from collections.abc import Iterable
from hashlib import sha256

import rfc8785

from sync.device.json_text import Json


def leaf(document: Json) -> int:
    return sha256(document["type"].encode() + b"\0" + document["id"].encode()).digest()[0]


def entry(document: Json) -> int:
    hashed = sha256(rfc8785.dumps(document["body"])).hexdigest()
    whole = document["type"].encode() + b"\0" + document["id"].encode() + b"\0" + hashed.encode()
    return int.from_bytes(sha256(whole).digest()[:16], "big")


def kind(document: Json) -> str:
    return "shared" if document.get("shared") else "own"


def digests(documents: Iterable[Json]) -> Json:
    """The digests of what a device must hold."""
    sums = {"own": [0, 0], "shared": [0, 0]}
    for document in documents:
        if "gone" not in document:
            sums[kind(document)][0] += 1
            sums[kind(document)][1] += entry(document)
    return {name: {"count": count, "sum": f"{total % 2**128:032x}"} for name, (count, total) in sums.items()}


def leaves(documents: Iterable[Json]) -> dict[str, list[str]]:
    """The sums of all leaves."""
    sums = {"own": [0] * 256, "shared": [0] * 256}
    for document in documents:
        if "gone" not in document:
            sums[kind(document)][leaf(document)] += entry(document)
    return {name: [f"{total % 2**128:032x}" for total in totals] for name, totals in sums.items()}

"""One operation as a device records it: its text, its signature, its group."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from .identity import OwnInstallation
from .json_text import Json, canonical


class NewOperation(NamedTuple):
    """An operation to be recorded; `at` is aware, or now."""

    kind: str
    data: Json
    at: datetime | None = None
    v: int = 1
    needs: Sequence[str] = ()


class Queued(NamedTuple):
    """An operation of the outbox as it will be sent."""

    seq: int
    text: str


def signed(operation: Json, who: OwnInstallation) -> Json:
    """The operation with the signature of its installation, if that has a key."""
    content = {name: value for name, value in operation.items() if name not in ("seq", "signature")}
    signature = who.signed(f"callout operation\n{sha256(canonical(content)).hexdigest()}")
    unsigned = {name: value for name, value in operation.items() if name != "signature"}
    return unsigned | ({"signature": signature} if signature else {})


def group_of(text: str) -> str | None:
    """The group of an operation's text."""
    group: str | None = json.loads(text).get("group")
    return group


def in_groups(queue: Sequence[Queued]) -> Iterator[list[Queued]]:
    """Neighbours of one group and without a gap together, all others alone."""
    groups = [group_of(one.text) for one in queue]
    keys = [
        (group, one.seq - n if group else one.seq) for n, (group, one) in enumerate(zip(groups, queue, strict=True))
    ]
    for _, run in groupby(zip(keys, queue, strict=True), key=lambda pair: pair[0]):
        yield [one for _, one in run]

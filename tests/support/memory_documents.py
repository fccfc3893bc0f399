"""Documents in memory for `sync.ports`: added and removed by a test, each at the next position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from domain.access.identity import DeviceIdentity
from projections.documents.digest import Digest
from projections.documents.entry import tombstone, written
from projections.documents.moment import Moment
from projections.documents.table import SHARED
from sync.ports import Changes

ANNA = DeviceIdentity(UUID(int=1), 1, UUID(int=2), "active", wipe=False, app_version="1.4")


class MemoryDocuments:
    """Anna's documents and the shared ones. `news` holds the results of the next calls of `wait`."""

    def __init__(self) -> None:
        self.epoch, self.through, self.head = uuid4(), 0, 0
        self.rows: dict[tuple[bool, str, str], dict[str, Any]] = {}
        self.news: list[int | None] = []
        self.waited: list[tuple[int, float]] = []

    def put(self, id: str, *, shared: bool = False, **body: Any) -> None:
        """Add or replace a document, at the next position."""
        self.through += 1
        self.head = max(self.head, self.through)
        self.rows[shared, "part", id] = written(_audience(shared), "part", id, self.through, body)

    def take(self, id: str, *, shared: bool = False) -> None:
        """Remove a document, at the next position."""
        self.through += 1
        self.head = max(self.head, self.through)
        self.rows[shared, "part", id] = tombstone(_audience(shared), "part", id, self.through, "closed")

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        assert technician == ANNA.technician
        behind = [
            row for row in self.rows.values() if row["position"] > (after or 0) and (after is not None or row["hash"])
        ]
        behind.sort(key=lambda row: row["position"])
        return Changes(behind[:limit], len(behind) > limit, self.moment)

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        assert technician == ANNA.technician
        self.waited.append((after, seconds))
        return self.news.pop(0)

    @contextmanager
    def holdings(self, technician: UUID) -> Iterator[Held]:
        assert technician == ANNA.technician
        yield Held(self)

    @property
    def moment(self) -> Moment:
        own, shared = (
            [
                (row["type"], row["id"], row["hash"])
                for (kind, *_), row in self.rows.items()
                if kind is of and row["hash"]
            ]
            for of in (False, True)
        )
        return Moment(self.through, self.head, self.epoch, digest(own), digest(shared))

    def sums(self, *, shared: bool = False) -> list[str]:
        """The leaf sums of a device that has everything, computed by docs/sync.md."""
        sums = [0] * 256
        for (kind, *_), row in self.rows.items():
            if kind is shared and row["hash"]:
                sums[leaf(row["id"])] += entry(row["type"], row["id"], row["hash"])
        return [f"{total % 2**128:032x}" for total in sums]


class Held:
    """The port `Holdings` over all documents."""

    def __init__(self, cabinet: MemoryDocuments) -> None:
        self._cabinet = cabinet
        self.moment = cabinet.moment

    def rows(self, after: int) -> list[dict[str, Any]]:
        rows = self._cabinet.rows.items()
        return [
            row | {"shared": shared} for (shared, *_), row in rows if row["hash"] is not None or row["position"] > after
        ]

    def entries(self, names: Sequence[tuple[bool, str, str]]) -> list[str]:
        return [self._cabinet.rows[name]["entry"] for name in names]


def entry(kind: str, id: str, body_hash: str) -> int:
    """The entry of a document, computed byte by byte by docs/sync.md."""
    hashed = kind.encode() + b"\x00" + id.encode() + b"\x00" + body_hash.encode()
    return int(sha256(hashed).hexdigest()[:32], 16)


def leaf(id: str) -> int:
    """The leaf of a document of a part."""
    return sha256(b"part\x00" + id.encode()).digest()[0]


def digest(names: list[tuple[str, str, str]]) -> Digest:
    """The digest of documents, computed by docs/sync.md."""
    return Digest(len(names), f"{sum(entry(*name) for name in names) % 2**128:032x}")


def _audience(shared: bool) -> UUID:  # noqa: FBT001 - which of two
    return SHARED if shared else ANNA.technician

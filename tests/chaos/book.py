"""The record of all devices' operations: how often each was sent, and every answer to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from threading import Lock
from typing import Any

import orjson

Json = dict[str, Any]


class Book:
    """Thread-safe, shared by all devices. An operation is acknowledged when its first result has arrived.

    `attempts` counts how often each was sent, whether it arrived or not, `times` how often it was answered. `first` is
    that first result, word for word without `duplicate`; `lost` says why an acknowledged operation counts as
    lost although the run went on; `differing` has pairs of answers; `answers` counts replies by HTTP status, or by
    the kind of error when none came.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.first: dict[str, bytes] = {}
        self.attempts: Counter[str] = Counter()
        self.times: Counter[str] = Counter()
        self.results: Counter[str] = Counter()
        self.repeated = 0
        self.answers: Counter[str] = Counter()
        self.lost: dict[str, str] = {}
        self.differing: list[tuple[bytes, bytes]] = []
        self.unexpected: list[str] = []

    def begin(self, ids: Sequence[str]) -> frozenset[str]:
        """Count a push of these operations; those that are acknowledged already."""
        with self._lock:
            self.attempts.update(ids)
            return frozenset(id for id in ids if id in self.first)

    def answered(self, how: str) -> None:
        """Count a reply by its status, or a missing one by its error."""
        with self._lock:
            self.answers[how] += 1

    def add_results(self, results: Iterable[Json], known: Collection[str]) -> int:
        """Add the results of a push; `known` were acknowledged before it was sent. How many are new."""
        new = 0
        with self._lock:
            for result in results:
                id, repeated = result["id"], result.pop("duplicate", False)
                words = orjson.dumps(result)
                self.times[id] += 1
                before = self.first.setdefault(id, words)
                if before is words:
                    new += 1
                    self.results[result["status"]] += 1
                elif before != words:
                    self.differing.append((before, words))
                self.repeated += before is not words
                if id in known and not repeated:
                    self.lost.setdefault(id, "acknowledged, then taken for new")
        return new

    def asked_again(self, ids: Iterable[str]) -> None:
        """The server does not have these operations; those that were acknowledged are lost."""
        with self._lock:
            for id in ids:
                if id in self.first:
                    self.lost.setdefault(id, "acknowledged, then asked for again")

    def add_unexpected(self, what: str) -> None:
        """Note an unexpected reply or event, in one sentence."""
        with self._lock:
            self.unexpected.append(what)

    def answered_times(self) -> dict[str, int]:
        """How many operations were answered how often."""
        often = Counter(min(times, 6) for times in self.times.values())
        return {f"{times}{'+' * (times == 6)}": often[times] for times in sorted(often)}

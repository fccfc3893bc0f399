"""Processes that append at the same time, each on connections of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from uuid import uuid4

from benchmarks.appenders import WAYS, Appender
from benchmarks.rounds import Slice, for_seconds

_PATIENCE_SECONDS = 60


class Writers:
    """Several processes, of which any number append at the same time."""

    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def append(self, way: str, *, writers: int, at_once: int, seconds: float) -> Slice:
        """Let some of them append for some seconds; what all of them did together. First all connect."""
        chosen = self._pipes[:writers]
        for order in ((way, at_once, 0.0), (way, at_once, seconds)):
            for pipe in chosen:
                pipe.send(order)
            slices = [_answer(pipe) for pipe in chosen]
        longest = max(each.seconds for each in slices)
        return Slice(sum(each.things for each in slices), longest, sum(each.cpu for each in slices))


@contextmanager
def writers_on(dsn: str, many: int) -> Iterator[Writers]:
    """That many processes, ended afterwards."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.writers"])
    pipes, processes = [], []
    for _ in range(many):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, dsn), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        yield Writers(pipes)
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join(_PATIENCE_SECONDS)


def _work(pipe: Any, dsn: str) -> None:
    ways: dict[str, Appender] = {}
    while True:
        try:
            way, at_once, seconds = pipe.recv()
        except EOFError:
            return
        if way not in ways:
            ways[way] = WAYS[way](dsn)
        pipe.send(_slice(ways[way], at_once, seconds))


def _slice(way: Appender, at_once: int, seconds: float) -> Slice:
    def append() -> int:
        way.append([uuid4() for _ in range(at_once)])
        return at_once

    return for_seconds(seconds, append)


def _answer(pipe: Connection) -> Slice:
    if not pipe.poll(_PATIENCE_SECONDS):
        raise TimeoutError("a writer does not answer")
    try:
        found: Slice = pipe.recv()
    except EOFError:
        raise ChildProcessError("a writer has ended") from None
    return found

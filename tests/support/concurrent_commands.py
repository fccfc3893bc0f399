"""Commands on several connections at once, and pushes of many devices in random order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NamedTuple, TypeVar

from tests.support.http_device import BATCH, HttpDevice
from tests.support.office_client import Json, OfficeClient

T = TypeVar("T")
HANDS = 4


class Command(NamedTuple):
    """One command of the office; `key` is its Idempotency-Key."""

    path: str
    body: Json
    key: str | None = None


def give_all(desk: OfficeClient, commands: Sequence[Sequence[Command]], hands: int = HANDS) -> None:
    """Give every command: within a sequence in order, the sequences at once on `hands` connections."""

    def give(mine: Sequence[Sequence[Command]]) -> int:
        hand = desk.again()
        for sequence in mine:
            for command in sequence:
                hand.post(command.path, command.body, key=command.key)
        return hand.position

    with ThreadPoolExecutor(hands) as pool:
        desk.position = max([desk.position, *pool.map(give, [commands[hand::hands] for hand in range(hands)])])


def upload(
    outboxes: Mapping[HttpDevice, Sequence[Json]], random: Random, late: Iterable[HttpDevice] = (), hands: int = HANDS
) -> list[Json]:
    """Send the devices' operations batch by batch, each time from a random device; all first results.

    One batch in ten is sent twice, and one in ten again long afterwards; the `late` devices begin when the others
    have ended. Every repeated answer must be the first one.
    """
    late = set(late)
    punctual = [one for one in outboxes if one not in late]
    results: list[Json] = []
    for crew in (punctual, [one for one in outboxes if one in late]):
        shares = [{one: outboxes[one] for one in crew[hand::hands]} for hand in range(hands)]
        with ThreadPoolExecutor(hands) as pool:
            seeds = [random.random() for _ in shares]
            for sent in pool.map(lambda share, seed: list(_send(share, Random(seed))), shares, seeds):
                results += sent
    return results


def _send(outboxes: Mapping[HttpDevice, Sequence[Json]], random: Random) -> Iterator[Json]:
    waiting = {one: [list(batch) for batch in _batches(operations)] for one, operations in outboxes.items()}
    long_ago: list[tuple[HttpDevice, list[Json], list[Json]]] = []
    while any(waiting.values()):
        device = random.choice([one for one, batches in waiting.items() if batches])
        batch = waiting[device].pop(0)
        results = device.push(*batch)["results"]
        yield from results
        if random.random() < 0.1:
            _repeat(device, batch, results)
        elif random.random() < 0.1:
            long_ago.append((device, batch, results))
    for again in long_ago:
        _repeat(*again)


def _repeat(device: HttpDevice, batch: Sequence[Json], results: Sequence[Json]) -> None:
    assert device.push(*batch)["results"] == [result | {"duplicate": True} for result in results]


def _batches(operations: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(operations), BATCH):
        yield operations[start : start + BATCH]

"""The plan of a run: operations, kills, devices, seed, longest time, and planted bug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_SENDS = 5
SMALL = 1_500


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One run. `references` of the `devices` are the reference device on files; `minutes` is the longest load."""

    operations: int = 100_000
    kills: int = 35
    devices: int = 12
    seed: int = 1
    minutes: float = 20.0
    control: str | None = None

    @property
    def references(self) -> int:
        """How many devices are the reference device; the others are lean ones."""
        return max(1, self.devices // 4)

    @property
    def jobs(self) -> int:
        """How many work orders each technician has."""
        return min(max(8, self.operations // 1_000), 100)

    def with_control(self, name: str) -> Plan:
        """A small run on a server with this planted bug."""
        return replace(self, operations=SMALL, kills=10, devices=8, minutes=5.0, control=name)


@dataclass(frozen=True, kw_only=True)
class Control:
    """A planted bug: what is wrong with the server, the kind of finding it must cause, and the devices' operations."""

    wrong: str
    found_as: str
    deeds: Sequence[str] | None = None


CONTROLS = {
    "ack-before-commit": Control(
        wrong="The server answers as soon as it has decided, and commits 50 ms later.",
        found_as="lost operations",
    ),
    "result-apart-from-effect": Control(
        wrong="The server commits the events first and 50 ms later what it answered.",
        found_as="doubled effects",
        deeds=("note_added", "labour_recorded"),  # their streams exist already, so nothing else stops a second effect
    ),
    "repetition-answered-anew": Control(
        wrong="The server answers a repetition without the positions of the first answer.",
        found_as="differing replies",
    ),
}

"""The random work of a device's technician, and its expected effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from tests.support.company import Technician

Json = dict[str, Any]
Deed = tuple[str, Json]

_WEIGHTS = {
    "part_used": 44,
    "note_added": 20,
    "labour_recorded": 16,
    "arrived": 3,
    "work_paused": 2,
    "work_resumed": 2,
    "part_removed": 4,
    "diagnosed": 3,
    "part_used elsewhere": 2,  # on a colleague's order: conflicted
    "close_work_order elsewhere": 2,  # the same: rejected
    "part_beamed": 2,  # nobody knows what that is: quarantined
}


SURE = frozenset({"part_used", "note_added", "labour_recorded", "part_removed", "diagnosed"})
"""Types that are recorded as soon as they arrive; what needs a quarantined operation waits for the office."""


class Job(NamedTuple):
    """A work order of a technician, and its visit."""

    order: UUID
    visit: UUID


class Ledger:
    """The expected effects of all operations: parts by van, and facts by work order."""

    def __init__(self) -> None:
        self.moved: Counter[tuple[str, str]] = Counter()
        self.notes: dict[str, list[str]] = {}
        self.used: Counter[str] = Counter()
        self.labour: Counter[str] = Counter()


class Place(NamedTuple):
    """Where a technician works: their jobs, a colleague's job, and the parts of their van."""

    technician: Technician
    jobs: Sequence[Job]
    colleague: Job
    parts: Sequence[UUID]


class Shift:
    """The work of one device."""

    def __init__(self, number: int, place: Place, dice: Random) -> None:
        self.number = number
        self.technician = place.technician
        self.ledger = Ledger()
        self._place, self._dice = place, dice
        self._weights = dict(_WEIGHTS)
        self._made = 0

    def only(self, deeds: Sequence[str]) -> None:
        """Restrict the operations to these."""
        self._weights = {deed: weight for deed, weight in _WEIGHTS.items() if deed in deeds}

    def next(self) -> Deed:
        """Type and data of the next operation, counted in the ledger."""
        [deed] = self._dice.choices(list(self._weights), list(self._weights.values()))
        kind, _, elsewhere = deed.partition(" ")
        job = self._place.colleague if elsewhere else self._dice.choice(self._place.jobs)
        self._made += 1
        return kind, _DATA[kind](self, job)

    def _used(self, job: Job) -> Json:
        moved = self._moved(job, -1)
        self.ledger.used[str(job.order)] += 1
        return moved

    def _removed(self, job: Job) -> Json:
        return self._moved(job, 1) | {"reason": "defective"}

    def _moved(self, job: Job, sign: int) -> Json:
        part, quantity = str(self._dice.choice(self._place.parts)), self._dice.randint(1, 3)
        self.ledger.moved[self.technician.van, part] += sign * quantity
        where = {"work_order": str(job.order), "location": self.technician.van, "part": part}
        return where | {"quantity": str(quantity), "serials": []}

    def _noted(self, job: Job) -> Json:
        text = f"Note {self._made} of device {self.number}: the seal was dry."
        self.ledger.notes.setdefault(str(job.order), []).append(text)
        return {"work_order": str(job.order), "text": text}

    def _worked(self, job: Job) -> Json:
        self.ledger.labour[str(job.order)] += 1
        return {"work_order": str(job.order), "minutes": self._dice.randint(1, 90), "kind": "work"}

    def _went(self, job: Job) -> Json:
        return {"visit": str(job.visit)}

    def _found(self, job: Job) -> Json:
        return {"work_order": str(job.order), "problem": "leak", "cause": "wear", "remedy": "replaced"}

    def _asked(self, job: Job) -> Json:
        return {"work_order": str(job.order)}

    def _beamed(self, job: Job) -> Json:
        return {"work_order": str(job.order), "number": self._made}


_DATA: dict[str, Callable[[Shift, Job], Json]] = {
    "part_used": Shift._used,
    "part_removed": Shift._removed,
    "note_added": Shift._noted,
    "labour_recorded": Shift._worked,
    "arrived": Shift._went,
    "work_paused": Shift._went,
    "work_resumed": Shift._went,
    "diagnosed": Shift._found,
    "close_work_order": Shift._asked,
    "part_beamed": Shift._beamed,
}

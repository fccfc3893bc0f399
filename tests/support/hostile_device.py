"""A company under attack: Mallory with a device, and Anna whose data must stay safe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.company import Company, Technician
from tests.support.http_device import HttpDevice
from tests.support.office_client import Answer
from tests.support.story import Story, ago


class Scene:
    """A company with Mallory, a hostile technician, and Anna, an honest one."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.story = Story(company)
        self.anna = company.hire("Anna")
        self.customer = self.story.customer("Wacholder")
        self.order = self.story.job(self.anna, self.story.case(self.customer))
        self.part = self.story.part()
        self.story.stock(self.anna.van, self.part, "3")
        self.mallory = company.hire("Mallory")

    def handset(self, technician: Technician | None = None) -> HttpDevice:
        """A device of Mallory's, or of somebody else."""
        return HttpDevice(self.company.url, self.company.code(technician or self.mallory))

    @contextmanager
    def unharmed(self) -> Iterator[None]:
        """Check at the end that no request was answered with 500 and that Anna's device still works."""
        yield
        lines = [json.loads(line) for line in self.company.journal.read_text().splitlines() if line.startswith("{")]
        assert [line for line in lines if line.get("status") == 500] == []
        honest = self.handset(self.anna)
        note = honest.operation("note_added", {"work_order": self.order, "text": "fine"}, ago(1))
        assert [result["status"] for result in honest.push(note)["results"]] == ["applied"]


def code(answer: Answer) -> str:
    """The code of the problem in a reply."""
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition("/")[2]

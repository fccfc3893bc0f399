"""Issue 8: facts that were recorded although something did not fit are found by what it was, long afterwards too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.notices import NOTICES
from tests.api.conftest import ApiClient
from tests.support.held_operations import Company


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


def listed(company: Company, query: str) -> list[int]:
    """The positions of the events that an auditor is shown."""
    document: Any = company.api.get(f"/api/v1/events?{query}", role="auditor").json
    return [item["position"] for item in document["items"]]


def test_the_office_finds_what_a_device_told_of_things_that_are_not_its_own(company: Company) -> None:
    """Issue 8: each notice by its name, in pages, by device."""
    company.arrive()
    field, boris, last = company.field, company.boris, company.last
    line = {"location": str(field.van), "part": str(field.part), "quantity": "1", "reason": "defective"}
    flagged = [phone.result(phone.operation("part_removed", line)) for phone in (boris, last, boris)]
    fine = company.anna.result(company.note(company.anna, "fine"))
    late = boris.result(company.note(boris, "of somebody else's work"))
    visit = field.visit(field.order())
    used = field.use(field.order()) | {"visit": str(visit)}
    mixed = company.anna.result(company.anna.operation("part_used", used))
    company.api.catch_up()
    assert [one.status for one in (*flagged, fine, late, mixed)] == ["conflicted"] * 3 + ["applied"] + [
        "conflicted"
    ] * 2

    firsts = [one.positions[0] for one in flagged]

    assert listed(company, "notice=foreign_van") == firsts
    assert listed(company, f"notice=foreign_van&device={boris.id}") == [firsts[0], firsts[2]]
    assert listed(company, "notice=work_after_reassignment")[1:] == late.positions[:1], "the first is `come`"
    assert listed(company, "notice=reference_mismatch") == mixed.positions[:1]
    assert listed(company, "notice=foreign_visit") == []
    page: Any = company.api.get("/api/v1/events?notice=foreign_van&limit=2", role="auditor").json
    rest = listed(company, f"notice=foreign_van&limit=2&cursor={page['next']}")
    assert [*(item["position"] for item in page["items"]), *rest] == firsts
    assert company.api.get("/api/v1/events?notice=x", role="auditor").status_code == 400


def test_every_notice_of_the_protocol_can_be_asked_for() -> None:
    """Issue 8: a notice that is added to the protocol is added to the filter."""
    page = (Path(__file__).parents[3] / "docs" / "sync.md").read_text(encoding="utf-8")
    table = page.partition("| notice | meaning |\n|---|---|\n")[2].partition("\n\n")[0]
    assert [row.split("`")[1] for row in table.splitlines()] == list(NOTICES)

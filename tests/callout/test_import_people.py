"""An imported history has the authors of its events, and is read as it was. Issue 9, 15."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.assembly import Application
from callout.bootstrap import bootstrap
from tests.support.imports import Capture, imported, topics

AT = "2025-03-01T09:00:00+01:00"


@pytest.fixture(autouse=True)
def company(application: Application) -> Application:
    """An installation whose first user can import."""
    bootstrap(application)
    return application


def write(file: Path, *lines: dict[str, Any]) -> Path:
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def actors(application: Application, topic: str) -> list[UUID]:
    rows = application.services.log.pool.fetch_all(
        "SELECT actor FROM log.events WHERE topic = %s ORDER BY position", (topic,)
    )
    return [actor for (actor,) in rows]


def contact(by: str | None, about: str) -> dict[str, Any]:
    line: dict[str, Any] = {"do": "contacts", "body": {"channel": "phone", "about": about, "occurred_at": AT}}
    return line if by is None else line | {"by": by}


def test_each_line_may_say_who_did_it(company: Application, tmp_path: Path, capsys: Capture) -> None:
    anna = str(uuid4())
    imported(capsys, write(tmp_path / "p.ndjson", {"do": "technicians", "body": {"id": anna, "name": "Anna Berg"}}))
    admin = company.services.access.user_of("admin")
    file = write(
        tmp_path / "old.ndjson",
        contact(None, "1"),
        contact("admin", "2"),
        contact("anna  BERG", "3"),
        contact(anna, "4"),
        contact("Kim Former", "5"),
        contact("kim former", "6"),
    )

    assert imported(capsys, file)["done"] == 6

    one, two, three, four, five, six = actors(company, "contact.received")
    assert (one, two, three, four) == (admin, admin, UUID(anna), UUID(anna))
    assert five == six
    assert five not in (admin, UUID(anna))
    projector = company.projector()
    while projector.run_once():
        pass
    with company.services.views.now() as reader:
        [kim] = reader.fetch_all("SELECT name, active FROM technicians WHERE id = %s", (five,))
    assert (kim["name"], kim["active"]) == ("Kim Former", False)
    records = company.services.log.pool.fetch_all("SELECT record FROM log.events WHERE topic = 'contact.received'")
    assert [json.loads(record).get("imported_by") == str(admin) for (record,) in records] == [False] * 2 + [True] * 4
    assert imported(capsys, file)["already"] == 6
    assert topics(company).count("technician.registered") == 2


def test_a_name_of_several_people_is_refused_with_a_sentence(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    imported(capsys, write(tmp_path / "p.ndjson", *({"do": "technicians", "body": {"name": "Bo"}} for _ in range(2))))

    outcome = imported(
        capsys, write(tmp_path / "o.ndjson", contact("Bo", "1"), contact(None, "2")), "--keep-going", code=1
    )

    assert outcome["refused"] == [[1, "2 people are called Bo; name one by login or id"]]
    assert outcome["done"] == 1
    assert len(topics(company)) == 3


def test_a_history_with_reopened_cases_comes_in_as_it_was(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    customer, case, call = (str(uuid4()) for _ in range(3))

    def step(do: str, day: int, **body: Any) -> dict[str, Any]:
        return {"do": do, "body": body | {"occurred_at": f"2025-03-{day:02}T09:00:00+01:00"}}

    ending = {"outcome": "satisfied", "basis": "spoken"}
    file = write(
        tmp_path / "old.ndjson",
        step("customers", 1, id=customer, name="Ada"),
        step("cases", 1, id=case, customer=customer, topic="billing"),
        step(f"cases/{case}/wait", 2, on="customer"),
        step(f"cases/{case}/resolve", 3),
        step(f"cases/{case}/close", 4, **ending),
        step("contacts", 5, id=call, channel="phone", customer=customer),
        step(f"cases/{case}/reopen", 5, by_contact=call),
        step(f"cases/{case}/resolve", 6),
        step(f"cases/{case}/close", 7, **ending),
    )

    assert imported(capsys, file)["refused"] == []

    assert [topic for topic in topics(company) if topic.startswith("case.")] == [
        "case.opened",
        "case.waiting",
        "case.resolved",
        "case.closed",
        "case.contact_attached",
        "case.reopened",
        "case.resolved",
        "case.closed",
    ]


@pytest.mark.parametrize("by", ["\0", "a\0b", "", "   ", "x" * 1000])
def test_what_is_nobodys_name_stops_its_own_line_only(tmp_path: Path, capsys: Capture, by: str) -> None:
    """Issue 9, 11 and 15: a NUL as the author ended the whole import, without its line."""
    file = write(tmp_path / "a.ndjson", contact(None, "1"), contact(by, "2"), contact(None, "3"))

    outcome = imported(capsys, file, "--keep-going", code=1)

    assert outcome["done"] == 2
    [(line, why)] = outcome["refused"]
    assert line == 2
    assert "name" in why
    assert len(why) < 300

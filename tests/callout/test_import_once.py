"""A large history is imported once, whatever happens, and its refusals keep their lines. Issue 9, 14."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from callout import import_lines
from callout.assembly import Application
from callout.bootstrap import bootstrap
from callout.command_file import commands
from callout.import_entry import Entry
from callout.importing import Importer
from tests.support.imports import Capture, imported, topics

NAMES = UUID(int=7)
AT = "2025-03-01T09:00:00+01:00"


def named(*what: object) -> str:
    return str(uuid5(NAMES, repr(what)))


def line(do: str, **body: Any) -> str:
    return json.dumps({"do": do, "body": body | {"occurred_at": AT}}) + "\n"


def history(customers: int) -> Iterator[str]:
    """So many customers, each with a case from its opening to its end; every third one is closed once too often."""
    for number in range(customers):
        customer, case = named("customer", number), named("case", number)
        yield line("customers", id=customer, name=f"Customer {number}")
        yield line("cases", id=case, customer=customer, topic="billing")
        yield line("contacts", channel="phone", customer=customer, about=f"The bill {number}")
        yield line(f"cases/{case}/resolve", resolution="Explained")
        for _ in range(2 if number % 3 == 0 else 1):
            yield line(f"cases/{case}/close", outcome="satisfied", basis="spoken")


@pytest.fixture(autouse=True)
def company(application: Application) -> Application:
    """An installation whose first user can import."""
    bootstrap(application)
    return application


def written(folder: Path, *lines: str) -> Path:
    file = folder / "old.ndjson"
    file.write_text("".join(lines))
    return file


def test_an_import_that_is_killed_goes_on_to_the_same_history(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    lines = list(history(260))
    file = written(tmp_path, *lines)
    environment = {**os.environ, "CALLOUT_HOME": str(company.settings.home), "DATABASE_URL": company.dsn}
    environment |= {key: value for key, value in os.environ.items() if key.startswith(("CALLOUT_", "DATABASE_"))}
    word = [sys.executable, "-m", "callout", "import", str(file), "--keep-going", "--json"]
    killed = 0
    for _ in range(2):
        before = len(topics(company))
        process = subprocess.Popen(word, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(topics(company)) == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    imported(capsys, file, "--keep-going", code=1)

    found = topics(company)
    assert {topic: found.count(topic) for topic in set(found)} == dict.fromkeys(
        ("customer.registered", "case.opened", "contact.received", "case.resolved", "case.closed"), 260
    )
    assert killed, "it was killed before its end"
    again = imported(capsys, file, "--keep-going", code=1)
    assert (again["done"], len(again["refused"])) == (0, len([1 for number in range(260) if number % 3 == 0]))
    assert topics(company) == found


def test_a_refused_line_stays_refused_where_it_stood(
    company: Application, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_lines, "AT_ONCE", 2)
    part = named("part")
    number = {"id": part, "number": "P-1", "names": [{"language": "en", "text": "Pump"}]}
    file = written(
        tmp_path,
        line(f"parts/{part}/discontinue"),
        line("customers", id=named("c"), name="Ada"),
        line("customers", id=named("d"), name="Bo"),
        line("parts", **number),
        line("customers", id=named("e"), name="Cy"),
    )
    first = imported(capsys, file, "--keep-going", code=1)
    assert (first["done"], [number for number, _ in first["refused"]]) == (4, [1])
    recorded = topics(company)

    again = imported(capsys, file, "--keep-going", code=1)
    assert (again["done"], again["already"]) == (0, 4)
    assert "--retry-refused" in again["refused"][0][1]
    assert topics(company) == recorded

    response = imported(capsys, file, "--retry-refused", "--dry-run")
    assert [number for number, _ in response["retried"]] == [1]
    assert response["later"] == 4
    assert topics(company) == recorded
    assert imported(capsys, file, "--retry-refused")["done"] == 1
    assert topics(company) == [*recorded, "part.discontinued"]
    assert imported(capsys, file)["already"] == 5


def test_good_lines_before_a_malformed_one_are_recorded(company: Application, tmp_path: Path, capsys: Capture) -> None:
    good = [line("customers", id=named(number), name=f"C {number}") for number in range(3)]
    file = written(tmp_path, good[0], good[1], '{"do": "customers", "body": {\n', good[2])

    outcome = imported(capsys, file, code=1)
    assert outcome["done"] == 2
    assert outcome["refused"][0][0] == 3
    assert topics(company) == ["customer.registered"] * 2
    assert imported(capsys, file, "--keep-going", code=1)["done"] == 1
    assert len(topics(company)) == 3


def test_what_two_imports_bring_at_once_comes_once(company: Application, tmp_path: Path) -> None:
    file = written(tmp_path, *history(20))
    user = company.services.access.user_of("admin")
    assert user is not None
    one, other = (Importer(company, user, file.name) for _ in range(2))

    class Between:
        """Reads the file, and lets the other import all of it in between."""

        def __iter__(self) -> Iterator[Entry]:
            for number, entry in enumerate(commands(file)):
                if number == 50:
                    other.run(commands(file), keep_going=True)
                yield entry

    one.run(iter(Between()), keep_going=True)

    assert sorted(set(topics(company))) == sorted(
        ["case.closed", "case.opened", "case.resolved", "contact.received", "customer.registered"]
    )
    assert len(topics(company)) == 100


def test_a_batch_takes_few_transactions(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Counted, not timed: as many commands as fit are one transaction."""
    imported(capsys, written(tmp_path, *history(40)), "--keep-going", code=1)

    [(many,)] = company.services.log.pool.fetch_all(
        "SELECT count(DISTINCT recorded_at) FROM log.events WHERE position > 7"
    )
    assert many <= 2


def test_memory_does_not_grow_with_the_lines(tmp_path: Path) -> None:
    def most(lines: int) -> int:
        file = tmp_path / f"{lines}.ndjson"
        with file.open("w") as text:
            text.writelines(line("contacts", channel="phone", about=f"Call {number}") for number in range(lines))
        tracemalloc.start()
        for _ in commands(file):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert most(30_000) < 2 * most(3_000)

"""People's keys beside an import, a backup, an upgrade and the doctor (issue 9, 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.assembly import Application
from callout.bootstrap import bootstrap
from callout.cli import main
from callout.settings import Settings
from domain.care.contact import Contact
from domain.kernel.envelope import Envelope
from domain.kernel.keys import KeyTaken
from domain.work.work_order import WorkOrder
from store.unique_keys import CLASHES
from tests.support.backups import Site, registered
from tests.support.databases import run
from tests.support.doctor_findings import findings
from tests.support.logs import NOON

KEYS = "SELECT kind, key, holder, person FROM log.unique_keys ORDER BY kind, key"
Capture = pytest.CaptureFixture[str]


def order(number: str) -> WorkOrder:
    return WorkOrder.open(id=uuid4(), number=number, customer=uuid4())


def record(application: Application, *entities: Any, **envelope: Any) -> None:
    work = application.services.log.work()
    work.add(Envelope(occurred_at=NOON, **envelope), *entities)
    work.commit()


def mail(message_id: str) -> Contact:
    return Contact.receive(id=uuid4(), channel="email", direction="in", started_at=NOON, message_id=message_id)


def test_an_import_says_which_line_clashes_with_which(
    application: Application, tmp_path: Path, capsys: Capture
) -> None:
    """Issue 9, 7."""
    bootstrap(application)
    names = [{"language": "en", "text": "Pump"}]
    lines = [{"do": "parts", "body": {"number": number, "names": names}} for number in ("P-1", "P-2", "p -1")]
    file = tmp_path / "old.ndjson"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    assert main(["import", str(file), "--keep-going"]) == 1

    output = " ".join(capsys.readouterr().err.split())
    assert "line 3" in output
    assert "There is a part with this number “p -1” already" in output
    assert "Line 1 brought it." in output


def test_only_the_lines_that_clash_are_refused(application: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 7 and 14: one transaction of many lines is recorded without those whose number is another's."""
    bootstrap(application)
    names = [{"language": "en", "text": "Pump"}]
    numbers = ["P-1", "P-2", "p-2", "P-3", "P 1", "P-4", "P-5", "p - 5"]
    file = tmp_path / "old.ndjson"
    file.write_text("".join(json.dumps({"do": "parts", "body": {"number": n, "names": names}}) + "\n" for n in numbers))

    for done, already in ((6, 0), (0, 6)):
        assert main(["import", str(file), "--keep-going", "--json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert (document["done"], document["already"]) == (done, already)
        assert [line for line, _ in document["refused"]] == [3, 8]
    [(many,)] = application.services.log.pool.fetch_all(
        "SELECT count(*) FROM log.events WHERE topic = 'part.registered'"
    )
    assert many == 6


def test_a_table_of_stock_knows_parts_and_places_however_they_are_written(
    application: Application, tmp_path: Path, capsys: Capture
) -> None:
    """Issue 9, 7: the second spelling was another part. Issue 9, 2: on the same day it is the same stock."""
    bootstrap(application)
    place = tmp_path / "p.ndjson"
    place.write_text(json.dumps({"do": "locations", "body": {"kind": "warehouse", "name": "Main store"}}) + "\n")
    assert main(["import", str(place)]) == 0
    while application.projector().run_once():
        pass
    table = tmp_path / "stock.csv"
    head = "number,name,unit,location,quantity,as_of\n"
    first, second = "PUMP-20,Pump,pcs,Main store,4,2025-03-31\n", "pump -20,Pump,pcs,MAIN  STORE,1,2025-04-01\n"
    table.write_text(head + first + second)

    assert main(["import", str(table), "--json"]) == 0

    events = application.services.log.pool.fetch_all("SELECT topic FROM log.events WHERE topic ~ '^(part|stock)'")
    assert sorted(topic for (topic,) in events) == ["part.registered", "stock.moved", "stock.moved"]
    capsys.readouterr()
    table.write_text(head + first + second.replace("04-01", "03-31"))
    assert main(["import", str(table), "--json"]) == 1
    assert "line 3 says 1, and line 2 said 4 of the same stock" in capsys.readouterr().err


def test_the_doctor_names_what_clashes(application: Application, settings: Settings) -> None:
    """Issue 9, 7: clashes from before stay, and somebody hears of them."""
    assert [found.level for name, found in findings(settings) if name == "keys"] == ["ok"]
    first, second = order("W-1"), order("w -1")
    first_mail, second_mail = mail("<1@x.example>"), mail("1@x.example")
    record(application, first, first_mail)
    record(application, second, second_mail)

    found = [each for name, each in findings(settings) if name == "keys"]

    assert [each.level for each in found] == ["advice", "advice"]
    output = " ".join(each.text for each in found)
    assert all(str(each.id) in output for each in (first, second, first_mail, second_mail))
    assert "x.example" not in output


def test_a_backup_brings_keys_back_as_they_were(site: Site, tmp_path: Path) -> None:
    """Issue 9, 7: nobody takes a key again after a restore."""
    with site.application() as application:
        registered(application)
        record(application, order("w -000001"), mail("<1@x.example>"))
        kept = application.services.log.pool.fetch_all(KEYS)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        record(application, order("W-8"))

    site.restore(tmp_path / "backup", replace=True)

    with site.application() as application:
        assert application.services.log.pool.fetch_all(KEYS) == kept
        assert len(application.services.log.pool.fetch_all(CLASHES, (9,))) == 1
        record(application, order("W-8"), role="agent")
        for taken in (order("W-000001"), mail("<1@X.EXAMPLE>")):
            with pytest.raises(KeyTaken):
                record(application, taken, role="agent")


def test_a_database_from_before_is_read_at_its_first_start(site: Site) -> None:
    """Issue 9, 7: one with clashes migrates, and the next number is free."""
    with site.application() as application:
        first, second = order("W-000001"), order("w-000001")
        record(application, first, second, mail("<1@x.example>"))
        kept = application.services.log.pool.fetch_all(KEYS)
    run(site.dsn, "DELETE FROM log.key_rules")
    run(site.dsn, "DELETE FROM log.unique_keys")
    run(site.dsn, "DELETE FROM log.key_clashes")

    with site.application() as application:
        pool = application.services.log.pool
        assert pool.fetch_all(KEYS) == kept
        assert pool.fetch_all(CLASHES, (9,)) == [("work_order_number", first.id, second.id)]
        assert application.services.log.next_work_order_number() == "W-000002"
        assert {UUID(str(holder)) for _, _, holder, _ in kept} >= {first.id}

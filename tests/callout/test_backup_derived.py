"""What inserts of events write by themselves comes back with a backup once, as it was."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.work.technician import Technician
from tests.support.backups import Site, differences, registered
from tests.support.logs import NOON
from tests.support.servers import ask

TRIGGERS = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
RENEWED = {
    "log.events",
    "log.head",
    "log.lives",
    "log.life_answers",
    "log.heartbeats",
    "log.checkpoints",
    "access.sessions",
}
"""What is another after a restore: one event more, a new epoch, nobody signed in."""


def test_sites_and_technicians_who_work_no_more_come_back_once(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, found by attack: nothing could be restored once a customer had a site."""
    with site.application() as application:
        customer = registered(application)
        gone, back = (
            Technician.register(id=uuid4(), name=name, zone="Europe/Berlin", language="de")
            for name in ("Nowak", "Okafor")
        )
        work = application.services.log.work()
        entity = work.get(Customer, customer)
        entity.add_site(site=uuid4(), address="Kastanienallee 7", zone="Europe/Berlin", access_notes="")
        for each in (gone, back):
            each.deactivate()
        back.reactivate()
        work.add(Envelope(occurred_at=NOON), entity, gone, back)
        work.commit()
    manifest = site.back_up(tmp_path / "backup")
    elsewhere.restore(tmp_path / "backup")

    names = [f"{table.schema}.{table.name}" for table in manifest.tables]
    rows = {name: f"SELECT each::text FROM {name} AS each ORDER BY 1" for name in names if name not in RENEWED}  # noqa: S608 - our own
    assert {name: ask(elsewhere.dsn, sql) for name, sql in rows.items()} == {
        name: ask(site.dsn, sql) for name, sql in rows.items()
    }
    assert len(ask(elsewhere.dsn, "SELECT site FROM log.sites")) == 1
    assert ask(elsewhere.dsn, "SELECT technician FROM access.inactive_technicians") == [(gone.id,)]
    assert ask(elsewhere.dsn, TRIGGERS) == ask(site.dsn, TRIGGERS), "they act on what is inserted from now on"
    with elsewhere.application() as application:
        assert differences(application) == []

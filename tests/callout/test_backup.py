"""A backup is one moment of everything that is kept; it comes back whole, elsewhere, under another epoch."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from store.backup.load import DatabaseIsFull, DatabaseIsInUse
from store.backup.manifest import FILE, read
from store.connecting import open_connection
from store.errors import MigrationError
from tests.support.backups import (
    PICTURE,
    Site,
    differences,
    name_of,
    picture_of,
    records,
    registered,
)
from tests.support.databases import run
from tests.support.servers import ask


def test_everything_comes_back_in_an_empty_database(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: log, keys, access and photos of one moment; roles are made, the epoch is another one."""
    with site.application() as application:
        customer = registered(application)
        application.services.access.begin_session(customer)
        secret, before, epoch = (
            application.services.access.secret("cursors"),
            records(application),
            application.services.log.epoch(),
        )
    manifest = site.back_up(tmp_path / "backup")
    restored = elsewhere.restore(tmp_path / "backup")
    assert manifest.position == restored.position == len(before)
    assert manifest.epoch == epoch != restored.epoch
    with elsewhere.application() as application:
        assert records(application)[: len(before)] == before
        assert application.services.log.epoch() == restored.epoch
        assert name_of(application, customer) == "Erika Kastanienbaum"
        assert picture_of(application, customer) == PICTURE
        assert application.services.access.secret("cursors") == secret
        assert application.services.log.next_work_order_number() == "W-000002"
        assert differences(application) == []
        registered(application)
    question = "SELECT id, content_hash, status, first_position, answer FROM log.operations ORDER BY key LIMIT 1"
    assert ask(elsewhere.dsn, question) == ask(site.dsn, question) != []
    assert ask(elsewhere.dsn, "SELECT count(*) FROM access.sessions") == [(0,)]
    assert ask(elsewhere.dsn, "SELECT count(*) FROM log.events WHERE topic = 'log.restored'") == [(1,)]


def test_each_restore_begins_an_epoch_in_the_same_database_too(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: a log that came back in the same cluster kept its epoch, and devices kept what was lost."""
    with site.application() as application:
        registered(application)
    site.back_up(tmp_path / "backup")
    epochs = {site.restore(tmp_path / "backup", replace=True).epoch for _ in range(2)}
    with site.application() as application:
        assert len(epochs | {read(tmp_path / "backup").epoch}) == 3
        assert application.services.log.epoch() in epochs


def test_a_database_that_is_full_is_not_written_over(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: only when the operator says so."""
    with site.application() as application:
        registered(application)
        before = records(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        registered(application, "Somebody new")
        after = records(application)
    with pytest.raises(DatabaseIsFull, match="--replace"):
        site.restore(tmp_path / "backup")
    with site.application() as application:
        assert records(application) == after
    site.restore(tmp_path / "backup", replace=True)
    with site.application() as application:
        assert records(application)[:-1] == before
        assert differences(application) == []


def test_a_database_that_somebody_uses_is_not_written_over(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: a server that went on would write into the middle of it."""
    with site.application():
        pass
    site.back_up(tmp_path / "backup")
    somebody = open_connection(site.dsn)
    with pytest.raises(DatabaseIsInUse):
        site.restore(tmp_path / "backup", replace=True)
    somebody.close()
    site.restore(tmp_path / "backup", replace=True)


def test_somebody_elses_schema_is_never_dropped(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    with site.application():
        pass
    site.back_up(tmp_path / "backup")
    run(elsewhere.dsn, "CREATE SCHEMA log", "CREATE TABLE log.events ()")
    with pytest.raises(DatabaseIsFull, match="not this program's"):
        elsewhere.restore(tmp_path / "backup", replace=True)


def test_a_restore_that_fails_leaves_the_database_as_it_was(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: it is one transaction."""
    with site.application() as application:
        registered(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        registered(application, "Somebody new")
        after = records(application)
    manifest = tmp_path / "backup" / FILE
    manifest.write_text(manifest.read_text().replace("0012_append.sql", "0013_unknown.sql"))
    with pytest.raises(MigrationError, match="0013_unknown"):
        site.restore(tmp_path / "backup", replace=True)
    with site.application() as application:
        assert records(application) == after
        assert differences(application) == []


def test_nobody_registered_meanwhile_loses_their_words(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: with keys and log backed up one after the other, whoever came between lost them."""
    stop, customers = Event(), list[object]()

    def register() -> None:
        with site.application() as application:
            while not stop.is_set():
                customers.append(registered(application, f"Customer {len(customers)}"))

    office = Thread(target=register)
    office.start()
    try:
        while len(customers) < 5:
            stop.wait(0.05)
        for number in range(3):
            site.back_up(tmp_path / f"backup-{number}")
    finally:
        stop.set()
        office.join()
    for number in range(3):
        elsewhere.restore(tmp_path / f"backup-{number}", replace=True)
        with elsewhere.application() as application:
            events = application.services.log.reader.read(records(application))
            names = [each.data.name for each in events if each.topic == "customer.registered"]
            assert len(names) >= 5
            assert names == [f"Customer {count}" for count in range(len(names))]
            assert differences(application) == []

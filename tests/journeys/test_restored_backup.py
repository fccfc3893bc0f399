"""A server is restored from a backup: devices send acknowledged operations again, and all agree at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from sync.device import Device
from tests.support.company import Company, company_on
from tests.support.databases import Cluster, run
from tests.support.story import Story, used


class Site:
    """A cluster with the company's database and copies of it."""

    def __init__(self, cluster: Cluster, dsn: str, folder: Path) -> None:
        self.cluster, self.dsn, self.folder = cluster, dsn, folder

    @contextmanager
    def at_work(self, dsn: str | None = None) -> Iterator[Company]:
        with company_on(dsn or self.dsn, self.folder) as company:
            yield company

    @contextmanager
    def copied(self) -> Iterator[str]:
        """Copy the database while nothing runs, with sequences as in the original."""
        name, original = f"test_{uuid4().hex}", urlsplit(self.dsn).path[1:]
        run(self.cluster.dsn, f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY wal_log")
        numbers = "(SELECT oid FROM pg_database WHERE datname = current_database()), 'log.events'::regclass::oid"
        cluster = f"concat_ws('/', split_part(cluster, '/', 1), split_part(cluster, '/', 2), {numbers})"
        run(self.cluster.dsn_of(name), f"UPDATE log.lives SET cluster = {cluster}")  # noqa: S608 - ours
        try:
            yield self.cluster.dsn_of(name)
        finally:
            run(self.cluster.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(cluster: Cluster, template: str, tmp_path: Path) -> Iterator[Site]:
    with cluster.database(template) as dsn:
        yield Site(cluster, dsn, tmp_path)


def held(device: Device) -> dict[tuple[str, str], str | None]:
    """The documents of a device, without removed ones."""
    kinds = ("work_order", "visit", "stock", "part", "location", "technician", "code_list", "discrepancy", "operation")
    return {(kind, row["id"]): row["hash"] for kind in kinds for row in device.documents(kind) if row["gone"] is None}


def test_what_a_device_was_told_is_safe_comes_back_after_a_restore(site: Site) -> None:
    with site.at_work() as company:
        story = Story(company)
        anna, part = company.hire("Anna"), story.part()
        story.stock(anna.van, part, "9")
        order = story.job(anna)
        phone = Device(str(site.folder / "anna.phone"), company.url)
        phone.enrol(company.code(anna), "Anna's phone")
        phone.sync()
        recorded = [phone.record("part_used", used(order, anna.van, part))]
        phone.sync()

    with site.copied() as backup:
        with site.at_work() as company:
            story.dispatcher = Story(company).dispatcher
            phone = Device(str(site.folder / "anna.phone"), company.url)
            recorded += [phone.record("part_used", used(order, anna.van, part)) for _ in range(3)]
            assert [result["status"] for result in phone.sync().results] == ["applied"] * 3
            Story(company).job(anna)  # the office worked on too, and that is lost with the log
            phone.sync()
        recorded.append(phone.record("part_used", used(order, anna.van, part)))

        with site.at_work(backup) as company:
            assert "devices will send again" in company.callout("restored").stdout
            phone = Device(str(site.folder / "anna.phone"), company.url)
            results = phone.sync().results

            assert [result["id"] for result in results] == recorded[1:]
            assert phone.outbox() == []
            times = "SELECT id, count(*) FROM log.operations WHERE original AND id = ANY(%s::uuid[]) GROUP BY id"
            assert sorted((str(id), many) for id, many in company.rows(times, recorded)) == sorted(
                (id, 1) for id in recorded
            )
            fresh = company.device(anna)
            assert held(phone) == held(fresh)
            assert [line["on_hand"] for line in phone.stock()] == [4]


def test_a_server_that_was_restored_in_silence_is_found_out_by_its_devices(site: Site) -> None:
    with site.at_work() as company:
        anna, order = company.hire("Anna"), ""
        order = Story(company).job(anna)

    with site.copied() as backup:
        with site.at_work() as company:
            phone = Device(str(site.folder / "anna.phone"), company.url)
            phone.enrol(company.code(anna), "Anna's phone")
            phone.record("note_added", {"work_order": order, "text": "The valve was closed."})
            phone.sync()
            first = phone.status()["epoch"]

        with site.at_work(backup) as company:
            again = Device(str(site.folder / "anna.phone"), company.url)
            again.enrol(company.code(anna), "Anna's phone")  # its enrolment is lost with the rest
            again.sync()

            assert again.outbox() == []
            assert again.status()["epoch"] == first
            notes = "SELECT count(*) FROM log.events WHERE topic = 'work_order.note_added'"
            assert company.rows(notes) == [(1,)]
            assert held(again) == held(company.device(anna))

"""Who was erased after a backup is erased again when it comes back, by whatever way it does."""

from __future__ import annotations

import stat
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest

from callout.restoring import restore
from domain.access.device import Device
from domain.access.user import User
from domain.kernel.envelope import Envelope
from domain.work.technician import Technician
from store.access import WrongPassword
from store.backup.manifest import Progress
from store.erased import ErasedList, ErasedListError
from store.erasure import Erasure
from tests.support.backups import PICTURE, Site, differences, erase, name_of, picture_of, records, registered, stages
from tests.support.logs import NOON
from tests.support.servers import ask

PASSWORD = "plover-quartz-91-meadow"


def test_the_erased_stay_erased_in_the_same_place(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: with a backup from before, the erased person was readable again."""
    with site.application() as application:
        gone, stays = registered(application), registered(application, "Somebody else")
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        erase(application, gone)
    restored = site.restore(tmp_path / "backup", replace=True)
    assert restored.erased_again == 1
    with site.application() as application:
        assert (name_of(application, gone), name_of(application, stays)) == (None, "Somebody else")
        assert (picture_of(application, gone), picture_of(application, stays)) == (None, PICTURE)
        assert application.keyring.opening_keys([gone]) == {}
        assert "customer.erased" in records(application)[-1]
        assert differences(application) == []


def test_employees_who_were_erased_stay_out(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17 and 24: after a restore an erased user could sign in again, and a technician's phone was trusted."""
    user, technician, device = uuid4(), uuid4(), uuid4()
    with site.application() as application:
        access, devices = application.services.access, application.services.devices
        access.claim(user, "ada", PASSWORD)
        work = application.services.log.work()
        enrolled = Device.enrol(
            id=device, technician=technician, install_id="i", name="phone", platform="p", app_version="1"
        )
        work.add(
            Envelope(occurred_at=NOON),
            User.register(id=user, login="ada", name="Ada", roles=("agent",)),
            Technician.register(id=technician, name="Ben", zone="UTC", language="en"),
            enrolled,
        )
        work.commit()
        assert access.sign_in("ada", PASSWORD).user == user
        application.services.log.pool.execute(
            """
            INSERT INTO access.device_standing (device, technician, incarnation, install_id, standing)
            VALUES (%s, %s, 1, 'i', 'active')
            """,
            (str(device), str(technician)),
        )
        token = devices.issue_tokens(device, 1, technician).access_token
        assert devices.who(token).status == "active"
    site.back_up(tmp_path / "backup")
    ErasedList(site.home / "erasures").add([user, technician])  # as their erasure does first of all
    restored = site.restore(tmp_path / "backup", replace=True)

    assert restored.erased_again == 2
    with site.application() as application:
        with pytest.raises(WrongPassword):
            application.services.access.sign_in("ada", PASSWORD)
        assert application.services.access.login_of(user) is None
        assert application.services.log.work().get(User, user).erased
        assert application.services.log.work().get(Technician, technician).erased
        assert application.services.device_statuses.of([device])[device]["standing"] == "revoked"


def test_the_list_may_come_from_another_machine(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: the files of the photos of those on it are not even put back."""
    with site.application() as application:
        gone = registered(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        erase(application, gone)
    restored = elsewhere.restore(tmp_path / "backup", site.home / "erasures")
    assert restored.erased_again == 1
    with elsewhere.application() as application:
        assert name_of(application, gone) is None
        assert picture_of(application, gone) is None
    assert [path for path in (elsewhere.home / "blobs").rglob("*") if path.is_file()] == []
    assert gone in ErasedList(elsewhere.home / "erasures").ids()


def test_the_keys_are_gone_before_anybody_can_see_them(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17: a restore that is cut off behind the database must not leave a key either."""
    with site.application() as application:
        gone = registered(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        erase(application, gone)

    def cut_off(name: str) -> AbstractContextManager[Progress]:
        if name == "views":
            raise KeyboardInterrupt
        return stages(name)

    with pytest.raises(KeyboardInterrupt):
        restore(site.settings, site.dsn, tmp_path / "backup", [], cut_off, replace=True)
    key = "SELECT wrapped FROM keys.person_keys WHERE person = %s"
    assert ask(site.dsn, key, (str(gone),)) == [(None,)]
    assert ask(site.dsn, "SELECT count(*) FROM log.events WHERE topic = 'log.restored'") == [(1,)]


def test_a_database_that_came_back_by_any_other_way_is_erased_at_the_next_start(site: Site) -> None:
    """Issue 8, 17: after `pg_restore` or a recovery to a point in time nobody has to think of it."""
    with site.application() as application:
        gone = registered(application)
    ErasedList(site.home / "erasures").add([gone])  # as if the erasure itself had been lost with the database
    with site.application() as application:
        assert application.keyring.opening_keys([gone]) == {}
        assert "customer.erased" in records(application)[-1]
        many = len(records(application))
    with site.application() as application:
        assert len(records(application)) == many


def test_contacts_and_operations_that_were_destroyed_with_a_customer_are_on_the_list(site: Site) -> None:
    with site.application() as application:
        gone, before = registered(application), uuid4()
        application.keyring.sealing_key(before)
        application.keyring.destroy([before])
        erase(application, gone)
        listed = ErasedList(site.home / "erasures")
        assert listed.ids() == {gone, before}
        size = listed.path.stat().st_size
        Erasure(application.services.log).catch_up()
        application.keyring.destroy([gone])
        assert listed.path.stat().st_size == size


def test_the_list_says_ids_and_instants_alone(site: Site) -> None:
    with site.application() as application:
        gone = registered(application)
        erase(application, gone)
    path = site.home / "erasures"
    [line] = path.read_text().splitlines()
    id, instant = line.split(" ")
    assert (id, instant[-1], len(instant)) == (str(gone), "Z", 27)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobodys_key_is_destroyed_who_cannot_be_listed(site: Site) -> None:
    """Otherwise a restore would bring them back, and nobody would know. The worker tries again."""
    with site.application() as application:
        gone = registered(application)
        application.erased.path.mkdir()
        with pytest.raises(ErasedListError):
            application.keyring.destroy([gone])
        assert gone in application.keyring.opening_keys([gone])
        application.erased.path.rmdir()


def test_a_line_that_was_cut_off_hides_no_other(tmp_path: Path) -> None:
    first, second, path = uuid4(), uuid4(), tmp_path / "erasures"
    ErasedList(path).add([first])
    with path.open("a") as file:
        file.write("0191cb40-11d2-70")
    listed = ErasedList(path)
    assert listed.ids() == {first}
    listed.add([second])
    assert listed.ids() == ErasedList(path).ids() == {first, second}

"""Master keys and signing secrets are changed while servers go on, and what was sealed or signed before stays good."""

from __future__ import annotations

import stat
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg2
import pytest

from callout.assembly import Application
from callout.database import OtherMasterKey
from callout.rotating import NoNewerKey, NotRotatedYet, forget_older, is_settled, rotate
from callout.settings import Settings
from store.keyring import Keyring
from store.roles import READER, database_of, roles_of
from tests.support.backups import KEY, PICTURE, Site, name_of, nothing, picture_of, registered
from tests.support.databases import Cluster
from tests.support.servers import ask

NEW = b"n" * 32


@pytest.fixture
def site(cluster: Cluster, template: str, tmp_path: Path) -> Iterator[Site]:
    """A company whose master key is in a file."""
    with cluster.database(template) as dsn:
        home = tmp_path / "home"
        home.mkdir()
        (home / "master.key").write_bytes(KEY)
        (home / "master.key").chmod(0o600)
        yield Site(dsn, home, None)


def ids(site: Site) -> set[str]:
    return {id for (id,) in ask(site.dsn, "SELECT DISTINCT master_id FROM keys.person_keys")}


def test_words_and_photos_from_before_can_be_read_behind_a_rotation(site: Site) -> None:
    """Issue 8, 26: also by a server that runs meanwhile, and what it seals afterwards by everybody."""
    with site.application() as running:
        before = registered(running)
        with site.application() as application:
            rotated = rotate(application, nothing)
            assert (rotated.keys > 0, rotated.went_on) == (True, False)
            assert ids(site) == {rotated.master_key}
            after = registered(running, "Somebody new")
            assert ids(site) == {rotated.master_key}
            assert (name_of(application, before), picture_of(application, before)) == ("Erika Kastanienbaum", PICTURE)
            assert running.keyring.opening_keys([before, after]) == application.keyring.opening_keys([before, after])
    path = site.home / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().split()[-1] == b64encode(KEY)
    with site.application() as application:
        assert picture_of(application, after) == PICTURE


def test_a_rotation_that_was_cut_off_goes_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 26: wherever it ends, every key opens, and the next run makes no further master key."""
    with site.application() as application:
        customers = [registered(application, f"Customer {number}") for number in range(7)]
    whole = Keyring.rewrap
    for cut in range(4):
        steps = iter(range(cut))

        def rewrap(self: Keyring, after: UUID) -> tuple[UUID, int] | None:
            if next(steps, None) is None:  # noqa: B023 - it is used within this round
                raise KeyboardInterrupt
            return whole(self, after, 2)

        monkeypatch.setattr(Keyring, "rewrap", rewrap)
        with site.application() as application, pytest.raises(KeyboardInterrupt):
            rotate(application, nothing)
        monkeypatch.setattr(Keyring, "rewrap", whole)
        with site.application() as application:
            assert len(application.keyring.opening_keys(customers)) == 7
            assert not is_settled(application)
            rotated = rotate(application, nothing)
            assert rotated.went_on
            assert is_settled(application)
            assert ids(site) == {rotated.master_key}
        assert len((site.home / "master.key").read_bytes().split()) == cut + 2


def test_a_destroyed_key_stays_destroyed_through_a_rotation(site: Site) -> None:
    with site.application() as application:
        gone = registered(application)
        application.keyring.destroy([gone])
        rotate(application, nothing)
        assert application.keyring.opening_keys([gone]) == {}
        assert application.keyring.sealing_key(gone) is None


def test_older_keys_are_forgotten_when_nothing_needs_them(site: Site) -> None:
    """Issue 8, 26: and the roles get passwords that follow from the new one."""
    with site.application() as application:
        customer = registered(application)
        newest = rotate(application, nothing).master_key
        application.keyring._pool.execute(
            "UPDATE keys.person_keys SET master_id = NULL WHERE person = %s", (str(customer),)
        )
    with pytest.raises(NotRotatedYet):
        forget_older(site.settings, site.dsn)
    with site.application() as application:
        assert rotate(application, nothing).master_key == newest
    assert forget_older(site.settings, site.dsn) == 1
    assert forget_older(site.settings, site.dsn) == 0
    with site.application() as application:
        assert picture_of(application, customer) == PICTURE
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(roles_of(database_of(site.dsn), KEY).dsn(site.dsn, READER))
    with pytest.raises(OtherMasterKey):
        Application(Site(site.dsn, site.home, KEY).settings)


def test_keys_from_the_environment_rotate_too(cluster: Cluster, template: str, tmp_path: Path) -> None:
    """Issue 8, 26: the operator puts the new key in front of the old one."""
    with cluster.database(template) as dsn:
        site = Site(dsn, tmp_path)
        with site.application() as application:
            customer = registered(application)
            with pytest.raises(NoNewerKey):
                rotate(application, nothing)
        site.master_key, site.older = NEW, (KEY,)
        with site.application() as application:
            assert rotate(application, nothing).went_on
        assert forget_older(site.settings, dsn) == 0
        site.older = ()
        with site.application() as application:
            assert picture_of(application, customer) == PICTURE
        assert not (tmp_path / "master.key").exists()


def test_several_keys_stand_in_the_environment_with_commas() -> None:
    output = ", ".join(b64encode(key).decode() for key in (NEW, KEY))
    settings = Settings.from_environment({"CALLOUT_MASTER_KEY": output})
    assert (settings.master_key, settings.older_master_keys) == (NEW, (KEY,))
    assert output[:20] not in repr(settings)


def test_a_backup_from_before_a_rotation_comes_back_with_the_old_key(
    site: Site, cluster: Cluster, tmp_path: Path
) -> None:
    """Issue 8, 26: as long as the old key is there, behind the new one or alone."""
    with site.application() as application:
        customer = registered(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        rotate(application, nothing)
    site.restore(tmp_path / "backup", replace=True)
    with site.application() as application:
        assert picture_of(application, customer) == PICTURE
        assert rotate(application, nothing).went_on
    with cluster.database() as dsn:
        old = Site(dsn, tmp_path / "elsewhere", KEY)
        old.restore(tmp_path / "backup")
        with old.application() as application:
            assert picture_of(application, customer) == PICTURE
    site.back_up(tmp_path / "later")
    with cluster.database() as dsn, pytest.raises(OtherMasterKey):
        Site(dsn, tmp_path / "elsewhere", KEY).restore(tmp_path / "later")


def test_cursors_from_before_stay_good_once_and_end_cleanly_after_the_next(site: Site) -> None:
    """Issue 8, 26: in a server that runs meanwhile, and between one that knows the new secret and one that does not."""
    technician, epoch, now = uuid4(), uuid4(), datetime.now(UTC)
    with site.application() as running:
        old = running.services.pull._cursors.write(technician, epoch, 7, now)
        listed = running.services.access.secret("cursors")
        with site.application() as application:
            rotate(application, nothing)
            fresh = application.services.access.secrets
            assert list(fresh.accepted("cursors"))[1:] == [listed] != [fresh.newest("cursors")]
        with site.application() as other:
            new = other.services.pull._cursors.write(technician, epoch, 8, now)
            for application in (running, other):
                for text, position in ((old, 7), (new, 8)):
                    assert application.services.pull._cursors.read(text, technician, now).position == position

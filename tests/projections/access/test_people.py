"""Technicians and users as the office sees them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.access.user import User
from domain.work.technician import Technician
from projections.access.users import Users, user, users
from projections.work.technicians import Technicians, technician, technicians
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Technicians(), Users()) as made:
        yield made


def anna(user: UUID | None = None) -> Technician:
    return Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de", user=user)


def test_a_technician_is_shown_with_van_zone_and_language(projected: ProjectedLog) -> None:
    entry, van, login = anna(), uuid4(), uuid4()
    entry.assign_van(van)
    entry.change(zone="Europe/Paris", user=login)
    projected.record(entry)

    with projected.seen() as reader:
        row = technician(reader, entry.id)
    assert row is not None
    assert (row["name"], row["zone"], row["language"]) == ("Anna", "Europe/Paris", "de")
    assert (row["van"], row["user_id"], row["active"]) == (van, login, True)

    entry.deactivate()
    entry.change(name="Annabel")
    projected.record(entry)
    with projected.seen() as reader:
        row = technician(reader, entry.id)
    assert row is not None
    assert (row["name"], row["active"]) == ("Annabel", False)
    projected.check_rebuild()


def test_technicians_are_listed_by_login_and_whether_they_work_here(projected: ProjectedLog) -> None:
    login = uuid4()
    here, gone = anna(login), anna()
    gone.deactivate()
    projected.record(here, gone)

    with projected.seen() as reader:
        assert {row["id"] for row in technicians(reader, limit=9)} == {here.id, gone.id}
        assert [row["id"] for row in technicians(reader, limit=9, active=True)] == [here.id]
        assert [row["id"] for row in technicians(reader, limit=9, user=login)] == [here.id]
        [first] = technicians(reader, limit=1)
        [second] = technicians(reader, limit=1, after=first["id"])
    assert {first["id"], second["id"]} == {here.id, gone.id}


def test_a_user_is_shown_with_roles_and_whether_they_may_come_in(projected: ProjectedLog) -> None:
    entry = User.register(id=uuid4(), login="ben", name="Ben", roles=("agent",))
    entry.set_roles(("auditor", "dispatcher"))
    entry.disable()
    entry.record_password_change()
    projected.record(entry)

    with projected.seen() as reader:
        row = user(reader, entry.id)
    assert row is not None
    assert (row["login"], row["name"], row["roles"]) == ("ben", "Ben", ["dispatcher", "auditor"])
    assert (row["enabled"], row["password_changed_at"]) == (False, NOON)

    entry.enable()
    projected.record(entry)
    with projected.seen() as reader:
        row = user(reader, entry.id)
    assert row is not None
    assert row["enabled"]
    projected.check_rebuild()


def test_users_are_listed_by_login(projected: ProjectedLog) -> None:
    entries = [User.register(id=uuid4(), login=login, name=login, roles=("agent",)) for login in ("cy", "al", "bo")]
    entries[0].disable()
    projected.record(*entries)

    with projected.seen() as reader:
        first = users(reader, limit=2)
        rest = users(reader, limit=2, after=(first[-1]["login"], first[-1]["id"]))
        assert [row["login"] for row in first + rest] == ["al", "bo", "cy"]
        assert [row["login"] for row in users(reader, limit=9, enabled=False)] == ["cy"]
        assert [row["login"] for row in users(reader, limit=9, login="bo")] == ["bo"]

"""Erasures that are cut off at any step are finished by the next start, or by the worker that goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.assembly import Application
from domain.access.user import User
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.recording.unit_of_work import Work
from domain.work.technician import Technician
from store.erased import ErasedList
from store.erasure import FOLLOWER, Erasure
from store.keyring import Keyring
from store.pool import ConnectionPool
from tests.support.backups import Site, differences, name_of, registered
from tests.support.logs import NOON

STEPS: list[tuple[type, str]] = [
    (ErasedList, "add"),
    (Keyring, "destroy"),
    (Work, "commit"),
    (Erasure, "catch_up"),
    (Erasure, "_erase_entries"),
    (Erasure, "_erase_again"),
]


class KilledError(BaseException):
    """As if the process had been killed here."""


def killed(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, behind: bool) -> None:
    """Kill whoever does this step, before it is done or behind it."""
    whole: Callable[..., Any] = getattr(owner, name)

    def step(*args: Any, **named: Any) -> Any:
        if behind:
            whole(*args, **named)
        raise KilledError

    monkeypatch.setattr(owner, name, step)


def topics(application: Application, stream: UUID) -> list[str]:
    rows = application.services.log.pool.fetch_all(
        "SELECT topic FROM log.events WHERE stream = %s ORDER BY position", (str(stream),)
    )
    return [topic for (topic,) in rows]


def is_followed(application: Application) -> bool:
    """Whether the follower has seen the whole log."""
    [(reached,)] = application.services.log.pool.fetch_all(
        "SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,)
    )
    return bool(reached == application.services.log.recorder.max_notification_id())


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(("owner", "name"), STEPS[:4])
def test_erasing_at_the_start_is_finished_by_the_next_start(
    site: Site, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, behind: bool
) -> None:
    """Issue 8, 17: killed between the end of the key and its event, the views kept the words and nobody went on."""
    with site.application() as application:
        gone = registered(application)
        assert name_of(application, gone) is not None
    ErasedList(site.home / "erasures").add([gone])  # as if the database had come back from before the erasure
    with monkeypatch.context() as cut_off:
        killed(cut_off, owner, name, behind=behind)
        with pytest.raises(KilledError), site.application():
            pass
    with site.application() as application:
        assert topics(application, gone).count("customer.erased") == 1
        assert application.keyring.opening_keys([gone]) == {}
        assert name_of(application, gone) is None
        assert gone in application.erased.ids()
        Erasure(application.services.log).catch_up()  # as the worker does
        assert is_followed(application)
        assert differences(application) == []


def test_users_and_technicians_whose_key_is_gone_are_erased_by_the_next_start(site: Site) -> None:
    """Issue 8, 17 and 24: the same for employees, of whose erasure nothing but the end of the key was done."""
    with site.application() as application:
        user = User.register(id=uuid4(), login="erika", name="Erika", roles=("agent",), technician=None)
        technician = Technician.register(id=uuid4(), name="Erika", zone="Europe/Berlin", language="de")
        work = application.services.log.work()
        work.add(Envelope(occurred_at=NOON), user, technician)
        work.commit()
        application.keyring.destroy([user.id, technician.id])
    with site.application() as application:
        assert topics(application, user.id)[-1] == "user.erased"
        assert "technician.erased" in topics(application, technician.id)
        many = application.services.log.recorder.max_notification_id()
    with site.application() as application:
        assert application.services.log.recorder.max_notification_id() == many


def merged_meanwhile(application: Application) -> tuple[UUID, list[UUID]]:
    """A customer who is erased in the log, and entries merged into theirs that their erasure did not know of."""
    stays, double, again, first = (registered(application, f"Erika {number}") for number in range(4))
    log = application.services.log
    for entry, into in ((double, stays), (again, stays), (first, double)):
        work = log.work()
        entity = work.get(Customer, entry)
        entity.trigger_event(Customer.Merged, into=into)
        work.add(Envelope(occurred_at=NOON), entity)
        work.commit()
    work = log.work()
    customer = work.get(Customer, stays)
    customer.erase()
    work.add(Envelope(occurred_at=NOON, actor=ADMIN, role="admin"), customer)
    work.commit()
    return stays, [double, again, first]


ADMIN = uuid4()


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(("owner", "name"), [*STEPS[:3], *STEPS[4:], (ConnectionPool, "execute")])
def test_entries_merged_while_an_erasure_was_decided_are_erased_by_the_worker(
    site: Site, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, behind: bool
) -> None:
    """Issue 8, 17: only the request that erased looked for them, as a step of its own; cut off, they stayed."""
    with site.application() as application:
        stays, entries = merged_meanwhile(application)
        with monkeypatch.context() as cut_off:
            killed(cut_off, owner, name, behind=behind)
            with pytest.raises(KilledError):
                Erasure(application.services.log).catch_up()
        while Erasure(application.services.log).catch_up() or not is_followed(application):
            pass
        everybody = [stays, *entries]
        assert [topics(application, id).count("customer.erased") for id in everybody] == [1] * 4
        assert application.keyring.opening_keys(everybody) == {}
        assert set(everybody) <= application.erased.ids()
        assert [name_of(application, id) for id in everybody] == [None] * 4
        output = application.services.log.pool.fetch_all(
            "SELECT DISTINCT actor FROM log.events WHERE topic = 'customer.erased'"
        )
        assert output == [(ADMIN,)]


def test_a_start_erases_a_technician_again_although_an_enrolment_was_cut_off(site: Site) -> None:
    """Issue 8, 17 and 24: that phone has a row and no event; the start failed behind the end of the keys."""
    with site.application() as application:
        technician = Technician.register(id=uuid4(), name="Erika", zone="Europe/Berlin", language="de")
        work = application.services.log.work()
        work.add(Envelope(occurred_at=NOON), technician)
        work.commit()
        code, _ = application.services.devices.issue_code(technician.id)
        application.services.devices.enrol(code, "i", "1.4")
    ErasedList(site.home / "erasures").add([technician.id])
    with site.application() as application:
        assert "technician.erased" in topics(application, technician.id)

"""Recording the demo's story: only in an installation of the demo's own, and with lasting passwords."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from callout.assembly import Application
from callout.demo.people import CLERKS
from callout.demo.roster import FILE, roster
from callout.demo.sending import NotADemo, begun_at, is_complete
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now


def test_the_story_is_not_told_into_a_company_of_somebody_else(application: Application) -> None:
    assert begun_at(application) is None
    assert not is_complete(application)
    work = application.services.log.work()
    work.add(Envelope(occurred_at=now()), Customer.register(id=uuid4(), name="A real customer"))
    work.commit()

    with pytest.raises(NotADemo):
        begun_at(application)


def test_passwords_are_made_once_and_made_anew_when_their_file_is_lost(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callout.demo.roster.CLERKS", CLERKS[:2])
    first, again = roster(application, tmp_path), roster(application, tmp_path)
    (tmp_path / FILE).unlink()
    anew = roster(application, tmp_path)

    assert first == again
    assert [each.login for each in anew] == [each.login for each in first]
    assert all(each.password != old.password for each, old in zip(anew, first, strict=True))
    assert application.services.access.sign_in(anew[1].login, anew[1].password).roles == anew[1].roles

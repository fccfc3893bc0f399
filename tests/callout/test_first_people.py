"""The rules of a new database: its places, its first user, and people added from the command line."""

from __future__ import annotations

import json

import pytest

from callout.assembly import Application
from callout.bootstrap import FIRST_LOGIN, bootstrap, register_locations
from callout.cli import main
from domain.stock.location import VIRTUAL
from store.access import LoginTaken, WrongPassword

PASSWORD = "correct horse battery staple"


def test_a_new_house_gets_its_places_and_one_first_user(application: Application) -> None:
    first, again = bootstrap(application), bootstrap(application)

    assert first == (FIRST_LOGIN, None), "what somebody has set is not shown"
    assert again is None
    assert application.services.log.load(VIRTUAL.values()).keys() == set(VIRTUAL.values())
    assert application.services.access.sign_in(FIRST_LOGIN, PASSWORD).roles == ("admin",)


def test_a_start_cut_short_between_the_login_and_its_user_is_made_good(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLOUT_ADMIN_PASSWORD", "")

    def fail() -> None:
        raise KeyboardInterrupt

    register_locations(application)
    with monkeypatch.context() as cut:
        cut.setattr("callout.bootstrap.office_envelope", fail)
        with pytest.raises(KeyboardInterrupt):
            bootstrap(application)
    assert application.services.access.user_of(FIRST_LOGIN) is not None
    first = bootstrap(application)

    assert first is not None
    assert first.password is not None
    assert application.services.access.sign_in(FIRST_LOGIN, first.password).roles == ("admin",)
    with pytest.raises(WrongPassword):
        application.services.access.sign_in(FIRST_LOGIN, PASSWORD)


def test_a_user_added_from_the_command_line_can_sign_in(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "add", "Paula", "--role", "auditor", "--role", "agent", "--json"]) == 0

    output = json.loads(capsys.readouterr().out)
    assert application.services.access.sign_in("paula", output["password"]).roles == ("agent", "auditor")


def test_a_login_is_given_once(application: Application, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "paula", "--role", "agent"]) == 0
    capsys.readouterr()

    assert main(["user", "add", "PAULA", "--role", "admin"]) == 1
    assert capsys.readouterr().err == f"callout: {LoginTaken.title()}\n"
    assert application.services.access.user_of("Paula") is not None

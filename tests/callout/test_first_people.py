"""The rules of a new database: its places, its first user, and people added from the command line."""

from __future__ import annotations

import json

import pytest

from callout.assembly import House
from callout.bootstrap import FIRST_LOGIN, bootstrap, register_locations
from callout.cli import main
from domain.stock.location import VIRTUAL
from store.access import LoginTaken, WrongPassword

PASSWORD = "correct horse battery staple"


def test_a_new_house_gets_its_places_and_one_first_user(house: House) -> None:
    first, again = bootstrap(house), bootstrap(house)

    assert first == (FIRST_LOGIN, None), "what somebody has set is not shown"
    assert again is None
    assert house.services.log.load(VIRTUAL.values()).keys() == set(VIRTUAL.values())
    assert house.services.access.sign_in(FIRST_LOGIN, PASSWORD).roles == ("admin",)


def test_a_start_cut_short_between_the_login_and_its_user_is_made_good(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLOUT_ADMIN_PASSWORD", "")

    def fail() -> None:
        raise KeyboardInterrupt

    register_locations(house)
    with monkeypatch.context() as cut:
        cut.setattr("callout.bootstrap.office_envelope", fail)
        with pytest.raises(KeyboardInterrupt):
            bootstrap(house)
    assert house.services.access.user_of(FIRST_LOGIN) is not None
    first = bootstrap(house)

    assert first is not None
    assert first.password is not None
    assert house.services.access.sign_in(FIRST_LOGIN, first.password).roles == ("admin",)
    with pytest.raises(WrongPassword):
        house.services.access.sign_in(FIRST_LOGIN, PASSWORD)


def test_a_user_added_from_the_command_line_can_sign_in(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "Paula", "--role", "auditor", "--role", "agent", "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert house.services.access.sign_in("paula", said["password"]).roles == ("agent", "auditor")


def test_a_login_is_given_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "paula", "--role", "agent"]) == 0
    capsys.readouterr()

    assert main(["user", "add", "PAULA", "--role", "admin"]) == 1
    assert capsys.readouterr().err == f"callout: {LoginTaken.title()}\n"
    assert house.services.access.user_of("Paula") is not None

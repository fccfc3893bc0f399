"""The rules of passwords and logins: one form for each, nothing common, nothing that looks like somebody else."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from argon2 import PasswordHasher

from domain.kernel.problem import BadInput
from store.logins import fold, skeleton, visible
from store.password_rules import must_be_good
from store.passwords import Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
COMPOSED = normalize("NFC", "cafés in Köln sind offen")
CYRILLIC_A = chr(0x0430)


@pytest.mark.parametrize("typed", [COMPOSED, normalize("NFD", COMPOSED), COMPOSED.replace(" ", chr(0x00A0))])
def test_a_password_is_the_same_on_another_keyboard(typed: str) -> None:
    """Issue 8, 22: an é in one piece or in two."""
    passwords = Passwords(CHEAP)

    assert passwords.fits(passwords.hash(typed), COMPOSED)
    assert passwords.fits(passwords.hash(COMPOSED), typed)


@pytest.mark.parametrize("typed", [COMPOSED, normalize("NFD", COMPOSED)])
def test_an_old_hash_still_opens_and_is_made_anew(typed: str) -> None:
    """Issue 8, 22: hashes of passwords that were stored as they came."""
    passwords, old = Passwords(CHEAP), CHEAP.hash(normalize("NFD", COMPOSED))

    checked = passwords.check(old, typed)

    assert checked.fits
    assert checked.renewed is not None
    assert CHEAP.verify(checked.renewed, COMPOSED)
    assert passwords.check(checked.renewed, typed) == (True, None)
    assert not passwords.check(old, typed + "x").fits


def test_a_hash_of_other_costs_is_made_anew() -> None:
    checked = Passwords(CHEAP).check(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(COMPOSED), COMPOSED)

    assert checked.renewed is not None


@pytest.mark.parametrize(
    "password",
    [
        "password12",
        "Passw0rd123",
        "qwertyuiop",
        "1234567890",
        "aaaaaaaaaaaa",
        "iloveyou12",
        "short",
        "ada.nowak1",
        "Callout123",
    ],
)
def test_a_common_password_is_refused(password: str) -> None:
    """Issue 8, 22: so are those made of the person's own words."""
    with pytest.raises(BadInput) as refused:
        must_be_good(password, ("ada.nowak", "Ada Nowak"))

    assert refused.value.errors[0]["pointer"] == "/password"


@pytest.mark.parametrize("password", ["correct horse battery staple", "kjh3-as8d-2kd9", COMPOSED, f"{COMPOSED} " * 8])
def test_a_good_password_is_taken(password: str) -> None:
    must_be_good(password, ("ada",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada", CYRILLIC_A + "d" + CYRILLIC_A),
        ("paul", "pau1"),
        ("tom", "torn"),
        ("otto", "0tt0"),
        ("ada", "a" + chr(0x200B) + "da"),
        ("ada", "a" + chr(0xFE0F) + "da"),
        ("ada", "ADA"),
        (normalize("NFC", "rené"), normalize("NFD", "rené")),
        ("foo", "".join(chr(ord(each) + 0xFEE0) for each in "foo")),
    ],
)
def test_logins_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    """Issue 8, 22: look-alike logins are refused by it."""
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("anna", "anne"), ("muller", "müller"), ("petr", "petra"), ("a1", "a2")])
def test_logins_that_can_be_told_apart_have_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("login", [" ", chr(0x200B), "a" + chr(0x202E) + "b", chr(0xFDFA) * 100, "a" * 201])
def test_a_login_that_cannot_be_seen_or_is_too_long_is_none(login: str) -> None:
    with pytest.raises(BadInput):
        visible(login)


def test_a_login_is_compared_in_one_form() -> None:
    assert fold(" Ada ") == fold("ADA") == "ada"
    assert fold(normalize("NFD", "René")) == fold(normalize("NFC", "RENÉ"))

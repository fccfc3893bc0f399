"""Logins that nobody can tell apart (issue 9, 7)."""

from __future__ import annotations

import pytest

from domain.kernel.problem import BadInput
from store.logins import must_be_of_one_script, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna berg", "anna  berg"),
        ("anna", "anna\u3164"),
        ("anna", "an\u2800na"),
        ("anna", "\u1d00nna"),
        ("anna", "\u0430nna"),
        ("anna", "\uff41nna"),
        ("anna", "an\u200bna"),
        ("a-b", "a\u2010b"),
        ("paul", "pau1"),
        ("scope", "\u0455\u0441\u043e\u0440\u0435"),
    ],
)
def test_look_alikes_have_one_skeleton(one: str, other: str) -> None:
    """Issue 9, 7."""
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize("login", ["\u03baate", "\u0434nna", "ann\u0561", "\u0430\u03bd"])
def test_a_login_is_of_one_script(login: str) -> None:
    """Issue 9, 7: what looks like one word is one."""
    with pytest.raises(BadInput, match="one script"):
        must_be_of_one_script(login)


@pytest.mark.parametrize(
    "login",
    [
        "anna.müller-2@x",
        "\u0430\u043d\u043d\u0430",
        "\u03ac\u03bd\u03bd\u03b1",
        "田中 taro",
        "משה",
        "j0hn_doe",
        "\u0131",
    ],
)
def test_a_login_of_any_one_script_is_good(login: str) -> None:
    """Issue 9, 7: with digits and signs, and with scripts whose letters look like no others."""
    must_be_of_one_script(login)

"""Functions of routes are named alike in every noun: `list_…`, `show_…` and `create_…`."""

from __future__ import annotations

import pytest

from api.app import NOUNS
from api.http.noun import PREFIX, Noun
from api.http.policy import POLICY, routes
from tests.api.conftest import ApiClient

SINGLE = ("{id}", "{position}", "{sha256}", "/current", "/signed", "/coverage", "/explain")
"""Ends of the paths that show one thing; every other `GET` is a list."""


def prefix_of(method: str, path: str) -> str | None:
    """How the name of a route's function begins; None where the command's own word is the name."""
    if method == "GET":
        return "show_" if path.endswith(SINGLE) else "list_"
    return "create_" if path.count("/") == PREFIX.count("/") + 1 else None


def test_lists_shows_and_creates_are_named_alike_in_every_noun(api: ApiClient) -> None:
    """Issue 10, 5: the function of a list is `list_…`, of one thing `show_…`, of a creation `create_…`."""
    nouns = {noun.name for noun in NOUNS}
    names = {name: endpoint for (endpoint, _), name in routes(api.client.application).items()}
    checked = 0
    for name in POLICY:
        method, _, path = name.partition(" ")
        noun, _, function = names[name].partition(".")
        if noun in nouns and (prefix := prefix_of(method, path)) is not None:
            assert function.startswith(prefix), (name, function)
            checked += 1
    assert checked > len(NOUNS)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_a_command_is_named_by_its_word(noun: Noun) -> None:
    """Issue 10, 5: the function of `…/{id}/set-roles` is `set_roles`; that of a creation begins with `create_`."""
    for word, route in noun.commands.items():
        assert route.name == word.replace("-", "_") or (not word and route.name.startswith("create_"))

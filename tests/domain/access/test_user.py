"""A user has roles and may be shut out; no password is part of what happened."""

from typing import cast
from uuid import uuid4

import pytest

from domain.access.user import ROLES, Role, User
from domain.kernel.problem import BadInput
from tests.support.given_when_then import given, then


def bea() -> User:
    return User.register(id=uuid4(), login="bea", name="Bea", roles=("stock_keeper", "dispatcher"))


def test_the_roles_are_those_of_the_glossary() -> None:
    assert ROLES == (
        "technician",
        "dispatcher",
        "agent",
        "stock_keeper",
        "biller",
        "service_manager",
        "auditor",
        "admin",
    )


def test_a_registered_user_has_a_login_and_roles() -> None:
    fields = {"login": "bea", "name": "Bea", "roles": ("dispatcher", "stock_keeper")}

    assert then(bea()) == [("user.registered", fields)]


def test_a_user_who_is_a_technician_says_which() -> None:
    technician = uuid4()

    user = User.register(id=uuid4(), login="anna", name="Anna", roles=("technician",), technician=technician)

    assert then(user)[0][1]["technician"] == technician


@pytest.mark.parametrize("roles", [(), ("emperor",), ("admin", "emperor")])
def test_a_user_has_at_least_one_role_and_only_those_that_exist(roles: tuple[str, ...]) -> None:
    given_roles = cast("tuple[Role, ...]", roles)

    with pytest.raises(BadInput):
        User.register(id=uuid4(), login="bea", name="Bea", roles=given_roles)
    with pytest.raises(BadInput):
        bea().set_roles(given_roles)


def test_roles_are_set_as_a_whole_and_the_former_ones_are_kept() -> None:
    user = given(bea())

    user.set_roles(("auditor", "auditor"))

    before = ("dispatcher", "stock_keeper")
    assert then(user) == [("user.roles_set", {"roles": ("auditor",), "previous": before})]


def test_the_same_roles_in_another_order_change_nothing() -> None:
    user = given(bea())

    user.set_roles(("dispatcher", "stock_keeper"))

    assert then(user) == []


def test_a_user_is_disabled_and_enabled_once_each() -> None:
    user = given(bea())

    user.enable()
    user.disable()
    user.disable()
    shut_out = not user.is_enabled()
    user.enable()

    assert then(user) == [("user.disabled", {}), ("user.enabled", {})]
    assert shut_out
    assert user.is_enabled()


def test_a_changed_password_is_recorded_without_the_password() -> None:
    user = given(bea())

    user.record_password_change()

    assert then(user) == [("user.password_changed", {})]

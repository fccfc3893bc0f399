"""What is known of a customer changes field by field, and where two people change one field both are heard."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from domain.care.customer_change import Clash, Value
from domain.kernel.problem import BadInput
from tests.support.given_when_then import given, then

Act = Callable[[Customer], object]


def customer(*acts: Act) -> Customer:
    it = Customer.register(id=uuid4(), name="J. Braun", phones=("+49 30 1",), email=None, language="de")
    return given(it, *acts)


def test_only_the_given_fields_change_and_are_named() -> None:
    it = customer()

    it.change(name="J. Braun", email="j@example.org", language=None)

    assert then(it) == [("customer.changed", {"fields": ("email",), "email": "j@example.org"})]


def test_the_same_values_again_change_nothing() -> None:
    it = customer()

    it.change(name="J. Braun", phones=("+49 30 1",), email="")

    assert then(it) == []


def test_an_empty_text_or_list_clears_a_field() -> None:
    it = customer(lambda it: it.change(email="j@example.org"))

    it.change(email="", phones=())

    assert then(it) == [("customer.changed", {"fields": ("email", "phones"), "email": "", "phones": ()})]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("language", ""), ("phones", "+49"), ("email", ("a", "b")), ("zone", "Moon/Base"), ("shoes", "42")],
)
def test_a_field_takes_only_what_it_can_hold(field: str, value: Value) -> None:
    with pytest.raises(BadInput) as refused:
        customer().request_change({field: (None, value)})

    assert refused.value.errors[0]["pointer"] == f"/{field}"


def test_changes_of_different_fields_both_stand() -> None:
    it = customer(lambda it: it.change(phones=("+49 30 2",)))

    clashes = it.request_change({"email": (None, "j@example.org")})

    assert clashes == ()
    assert then(it) == [("customer.changed", {"fields": ("email",), "email": "j@example.org"})]
    assert it.details["phones"] == ("+49 30 2",)


def test_a_clash_keeps_the_value_and_records_the_wish_beside_it() -> None:
    it = customer(lambda it: it.change(phones=("+49 30 2",)))

    clashes = it.request_change({"phones": (("+49 30 1",), ("+49 30 3", "+49 30 4"))})

    assert clashes == (Clash("phones", ("+49 30 2",), ("+49 30 3", "+49 30 4")),)
    fields = {"field": "phones", "kept": ("+49 30 2",), "wanted": ("+49 30 3", "+49 30 4")}
    assert then(it) == [("customer.change_clashed", fields)]
    assert it.details["phones"] == ("+49 30 2",)


def test_a_clash_in_one_field_does_not_hold_up_the_others() -> None:
    it = customer(lambda it: it.change(name="B. Braun"))

    clashes = it.request_change({"name": ("J. Braun", "K. Braun"), "language": ("de", "en")})

    assert [clash.field for clash in clashes] == ["name"]
    assert then(it) == [
        ("customer.changed", {"fields": ("language",), "language": "en"}),
        ("customer.change_clashed", {"field": "name", "kept": ("B. Braun",), "wanted": ("K. Braun",)}),
    ]


def test_two_people_who_want_the_same_do_not_clash() -> None:
    it = customer(lambda it: it.change(name="B. Braun"))

    assert it.request_change({"name": ("J. Braun", "B. Braun")}) == ()
    assert then(it) == []


def test_a_wish_for_nothing_clears_a_field_or_clashes_with_what_it_has_become() -> None:
    it = customer()

    assert it.request_change({"phones": (("+49 30 1",), None)}) == ()
    it.change(email="j@example.org")
    clashes = it.request_change({"email": ("old@example.org", None)})

    assert it.details["phones"] == ()
    assert clashes == (Clash("email", "j@example.org", ""),)

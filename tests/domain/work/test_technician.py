"""A technician has a zone, a language and a van; their name is in no state."""

from uuid import uuid4

import pytest

from domain.kernel.problem import BadInput
from domain.work.technician import Technician, TechnicianIsDeactivated
from tests.support.given_when_then import given, state, then


def anna() -> Technician:
    return Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de")


def test_a_registered_technician_says_where_and_in_which_language_they_work() -> None:
    fields = {"name": "Anna", "zone": "Europe/Berlin", "language": "de"}

    assert then(anna()) == [("technician.registered", fields)]


def test_a_technicians_name_is_in_no_state() -> None:
    it = anna()
    it.change(name="Anna Maria")

    assert "Anna" not in str(state(it))


def test_a_zone_is_one_that_exists() -> None:
    with pytest.raises(BadInput):
        Technician.register(id=uuid4(), name="Anna", zone="Europe/Atlantis", language="de")
    with pytest.raises(BadInput):
        anna().change(zone="CEST+1")


def test_a_change_leaves_what_is_not_given() -> None:
    it, user = given(anna()), uuid4()

    it.change(language="en")
    it.change(user=user)

    assert then(it) == [
        ("technician.changed", {"zone": "Europe/Berlin", "language": "en"}),
        ("technician.changed", {"zone": "Europe/Berlin", "language": "en", "user": user}),
    ]


def test_a_change_to_the_same_is_none() -> None:
    it = given(anna())

    it.change(zone="Europe/Berlin", language="de")

    assert then(it) == []


def test_a_technician_gets_one_van_after_another() -> None:
    first, second = uuid4(), uuid4()
    it = given(anna(), lambda one: one.assign_van(first))

    it.assign_van(second)
    it.assign_van(second)

    assert then(it) == [("technician.van_assigned", {"location": second, "previous": first})]


def test_a_technician_is_deactivated_once() -> None:
    it = given(anna())

    it.deactivate()
    it.deactivate()

    assert then(it) == [("technician.deactivated", {})]
    assert not it.is_active()


def test_a_deactivated_technician_gets_no_van() -> None:
    it = given(anna(), Technician.deactivate)

    with pytest.raises(TechnicianIsDeactivated):
        it.assign_van(uuid4())


def test_a_deactivated_technician_may_work_again() -> None:
    """Issue 8, 11: doing so twice changes nothing."""
    it = given(anna(), Technician.deactivate)

    it.reactivate()
    it.reactivate()

    assert it.is_active()
    assert then(it) == [("technician.reactivated", {})]

"""The shape that every aggregate repeats does what its readers expect."""

from typing import ClassVar
from uuid import uuid4

from domain.kernel.aggregate import Begun, Entity, event
from tests.support.given_when_then import given, then


class Lamp(Entity):
    TOPIC: ClassVar[str] = "lamp"

    class Made(Begun):
        TOPIC: ClassVar[str] = "lamp.made"

    class Lit(Entity.Event):
        TOPIC: ClassVar[str] = "lamp.lit"
        watts: int

    class Named(Entity.Event):
        TOPIC: ClassVar[str] = "lamp.named"
        name: str

    class Moved(Entity.Event):
        TOPIC: ClassVar[str] = "lamp.moved"

    @event(Made)
    def __init__(self) -> None:
        self.watts = 0
        self.name = ""

    @event(Lit)
    def _(self, watts: int) -> None:
        self.watts += watts

    @event(Named)
    def _(self, name: str) -> None:
        self.name = name


def lamp() -> Lamp:
    return given(Lamp.begin(Lamp.Made, id=uuid4()))


def test_each_of_several_changes_takes_effect_once() -> None:
    one = lamp()

    one.trigger_event(Lamp.Lit, watts=40)
    one.trigger_event(Lamp.Named, name="Desk")

    assert (one.watts, one.name) == (40, "Desk")
    assert then(one) == [("lamp.lit", {"watts": 40}), ("lamp.named", {"name": "Desk"})]


def test_an_event_without_a_change_is_recorded_all_the_same() -> None:
    one = lamp()

    one.trigger_event(Lamp.Moved)

    assert then(one) == [("lamp.moved", {})]
    assert (one.watts, one.name) == (0, "")


def test_an_entity_has_the_id_it_was_given_where_it_happened() -> None:
    id_ = uuid4()

    assert Lamp.begin(Lamp.Made, id=id_).id == id_

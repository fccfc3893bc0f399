"""The shape that every aggregate repeats does what its readers expect."""

from typing import ClassVar
from uuid import UUID, uuid4

from eventsourcing.utils import resolve_topic

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


class LanternEvents:
    """The events of a lantern."""

    class Made(Begun):
        TOPIC: ClassVar[str] = "lantern.made"
        PERSON: ClassVar[str] = "owner"
        class_version: ClassVar[int] = 2
        owner: UUID

    class Lit(Entity.Event):
        TOPIC: ClassVar[str] = "lantern.lit"
        PERSON: ClassVar[str] = "owner"
        class_version: ClassVar[int] = 3
        owner: UUID

    class Moved(Entity.Event):
        TOPIC: ClassVar[str] = "lantern.moved"


class LanternFacts(LanternEvents):
    """What is reported of it."""


class Lantern(LanternFacts, Entity):
    TOPIC: ClassVar[str] = "lantern"

    @event(LanternEvents.Made)
    def __init__(self) -> None:
        self.lit = 0

    @event(LanternEvents.Lit)
    def _(self) -> None:
        self.lit += 1


def test_events_nested_in_a_base_class_are_those_of_the_entity() -> None:
    """Issue 10, 8: with their topics, versions and persons, whether they change anything or not."""
    owner = uuid4()
    one = given(Lantern.begin(Lantern.Made, id=uuid4(), owner=owner))

    one.trigger_event(Lantern.Lit, owner=owner)
    one.trigger_event(Lantern.Moved)

    assert one.lit == 1
    assert then(one) == [("lantern.lit", {"owner": owner}), ("lantern.moved", {})]
    for kind, base, version in ((Lantern.Made, LanternEvents.Made, 2), (Lantern.Lit, LanternEvents.Lit, 3)):
        assert resolve_topic(base.TOPIC) is kind
        assert (kind.PERSON, kind.class_version) == ("owner", version)

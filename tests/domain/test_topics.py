"""What is in the log can be read for ever: topics and shapes may grow and never shrink or change."""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.utils import resolve_topic

import domain
from domain.topics import ENTITIES, EVENT_CLASSES
from tests.support.topics import broken, has_words, shapes, snapshot

RECORD = "run `python -m tests.support.topics` and commit what it adds"
PRESENT = shapes()


@pytest.mark.parametrize("topic", snapshot())
def test_what_was_promised_of_an_event_is_kept(topic: str) -> None:
    kind = EVENT_CLASSES[topic]
    newest = max(int(version) for version in snapshot()[topic])

    [(version, present)] = PRESENT[topic].items()
    assert int(version) >= newest
    if version in snapshot()[topic]:
        assert broken(snapshot()[topic][version], present) == []
    for older in range(1, int(version)):
        assert callable(getattr(kind, f"upcast_v{older}_v{older + 1}"))


@pytest.mark.parametrize("topic", PRESENT)
def test_what_an_event_is_now_is_promised(topic: str) -> None:
    [(version, present)] = PRESENT[topic].items()

    assert snapshot().get(topic, {}).get(version) == present, RECORD


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda fields: fields.pop("technician"), "technician is gone"),
        (lambda fields: fields["technician"].update(type="str"), "technician is another"),
        (lambda fields: fields["fixed"]["values"].remove("no"), "fixed cannot be no any more"),
        (lambda fields: fields.update(weather={"type": "str"}), "weather is new and has no default"),
    ],
)
def test_a_broken_promise_is_noticed(spoil: Any, message: str) -> None:
    promised = PRESENT["work_order.completed"]["1"]
    present = copy.deepcopy(promised)

    spoil(present["fields"])

    assert broken(promised, present) == [message]


def test_a_field_or_a_value_more_breaks_no_promise() -> None:
    promised = PRESENT["work_order.completed"]["1"]
    present = copy.deepcopy(promised)

    present["fields"]["fixed"]["values"].append("partly")
    present["fields"]["weather"] = {"type": "str", "optional": True}

    assert broken(promised, present) == []


@pytest.mark.parametrize("topic", EVENT_CLASSES)
def test_a_topic_leads_to_its_event(topic: str) -> None:
    assert resolve_topic(topic) is EVENT_CLASSES[topic]


def test_every_event_is_nested_in_its_entity_or_in_a_base_class_of_it() -> None:
    """Issue 10, 8: aggregates have one shape; beside them are only classes that no event is made of."""
    beside = {
        node.name
        for path in Path(domain.__path__[0]).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and any(_is_topic(each) for each in node.body)
    }

    assert beside == {entity.__name__ for entity in ENTITIES}


def _is_topic(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "TOPIC"


def test_every_topic_belongs_to_one_event() -> None:
    kinds = [kind for entity in ENTITIES for kind in vars(entity).values() if isinstance(kind, type)]
    topics = [kind.TOPIC for kind in kinds if hasattr(kind, "TOPIC")]

    assert sorted(topics) == sorted(EVENT_CLASSES)


@pytest.mark.parametrize(
    "topic", [topic for topic, shape in PRESENT.items() if has_words(next(iter(shape.values()))["fields"])]
)
def test_words_always_belong_to_somebody(topic: str) -> None:
    [shape] = PRESENT[topic].values()
    person = shape["person"]

    assert person == "originator_id" or shape["fields"][person]["type"].startswith("UUID")


@pytest.mark.parametrize("topic", PRESENT)
def test_words_can_be_missing_once_somebody_is_erased(topic: str) -> None:
    [shape] = PRESENT[topic].values()

    for field in shape["fields"].values():
        if field.get("personal"):
            assert field["optional"]
            assert field["type"].endswith(" or null")

"""Folds are bound to event classes: what no entity has cannot be folded, and no topic is written out (issue 10, 7)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, ClassVar

import pytest

import projections
from domain.recording.recorded import Recorded
from domain.stock.part import Part
from domain.topics import EVENT_CLASSES
from domain.work.visit import Visit
from domain.work.visit_events import VisitEvents
from projections.catalogue import PROJECTIONS
from projections.documents.documents import KINDS
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Table
from projections.stock import discrepancy_subjects

FILES = sorted(Path(projections.__path__[0]).rglob("*.py"))


class Nowhere:
    """A class with a topic that is no entity's."""

    TOPIC: ClassVar[str] = "visit.forgotten"


class Several(Projection):
    """Folds two kinds of event by one method."""

    name: ClassVar[str] = "several"
    tables: ClassVar[tuple[Table, ...]] = ()

    @on(Visit.Arrived, Part.Superseded)
    def _either(self, event: Recorded[Visit.Arrived | Part.Superseded], rows: Rows) -> None:
        """Nothing."""


def test_a_method_folds_the_topics_of_its_classes() -> None:
    assert Several.folds == {"visit.arrived": Several._either, "part.superseded": Several._either}


@pytest.mark.parametrize("event", [Nowhere, VisitEvents.Arrived, Visit, Part.Event, object, "visit.arrived"])
def test_what_is_no_event_of_an_entity_cannot_be_folded(event: Any) -> None:
    """Not even the class that an entity's own event is made from; so the application does not start."""
    with pytest.raises(TypeError, match="no event of an entity"):
        on(event)


def test_whatever_is_looked_up_by_topic_has_an_event_class() -> None:
    looked_up = {topic for projection in PROJECTIONS for topic in projection.folds}
    looked_up |= {topic for kind in KINDS for topic in kind.handlers} | set(discrepancy_subjects._CONCERNED)
    assert looked_up <= EVENT_CLASSES.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FILES[0].parent)))
def test_no_read_model_writes_a_topic_out(file: Path) -> None:
    """Other than in SQL: a misspelt topic would be folded by nobody, a misspelt class stops the program."""
    texts = [node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and text in EVENT_CLASSES] == []

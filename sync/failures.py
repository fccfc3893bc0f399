"""Which errors say that the database is away, and which that one operation cannot be recorded."""

from __future__ import annotations

from typing import Final

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import InterfaceError, OperationalError

from domain.problem import Problem

PASSING: Final = (OperationalError, InterfaceError)
"""The database is away, and nothing is wrong with what was decided."""
TROUBLE: Final = (
    EventSourcingError,
    Problem,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""Something is wrong with what was decided, or with who decides; the other groups are decided all the same."""

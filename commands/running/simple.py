"""Commands that do one thing with one entity and need nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from domain.kernel.aggregate import Entity
from domain.recording.unit_of_work import Work

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")


def on(kind: type[E], decide: Callable[Concatenate[E, P], None]) -> Callable[Concatenate[Work, UUID, P], E]:
    """The command that loads one entity of a kind and lets it decide; its further parameters are those of `decide`.

    It returns the entity, and raises `NotFound` where there is none, and what `decide` raises.
    """

    def command(work: Work, id: UUID, /, *args: P.args, **kwargs: P.kwargs) -> E:
        entity = work.get(kind, id)
        decide(entity, *args, **kwargs)
        return entity

    command.__name__, command.__doc__ = decide.__name__, decide.__doc__
    return command

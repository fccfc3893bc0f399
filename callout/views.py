"""The views as the command line names them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from projections.catalogue import PROJECTIONS
from projections.engine.projection import Projection
from projections.engine.replay import with_needs


def chosen(names: Sequence[str]) -> list[Projection]:
    """The projections of these names, or all of them; raises `click.BadParameter` for one that does not exist."""
    known = {each.name: each for each in with_needs(PROJECTIONS)}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"There is no view {name}; there are {', '.join(sorted(known))}.")
    return [known[name] for name in names] if names else list(known.values())

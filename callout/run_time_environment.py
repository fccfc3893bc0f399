"""What processes that serve are given to find the database: its address, not how whoever migrates signs in there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from callout.assembly import House

_KEPT_BACK: Final = frozenset({"DATABASE_URL", "PGPASSWORD"})


def run_time_environment(house: House) -> dict[str, str]:
    """This process's environment for a child that signs in to the house's database with the run-time roles alone."""
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_BACK}
    return environment | {"CALLOUT_RUNTIME_URL": house.address, "CALLOUT_HOME": str(house.settings.home)}

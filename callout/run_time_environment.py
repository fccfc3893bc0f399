"""The environment of server processes: the database's address without the login that migrates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from callout.assembly import Application

_KEPT_BACK: Final = frozenset({"DATABASE_URL", "PGUSER", "PGPASSWORD", "PGPASSFILE", "CALLOUT_ADMIN_PASSWORD"})
"""Variables with the login that migrates, or its location, and the first administrator's password."""
_SERVICE: Final = frozenset({"PGSERVICE", "PGSERVICEFILE"})
"""Variables that may contain the same, but that an address for run-time roles alone may need."""


def run_time_environment(application: Application) -> dict[str, str]:
    """This process's environment for a child that signs in to the database with the run-time roles alone."""
    kept_back = _KEPT_BACK if application.settings.database_url is None else _KEPT_BACK | _SERVICE
    environment = {name: value for name, value in os.environ.items() if name not in kept_back}
    return environment | {"CALLOUT_RUNTIME_URL": application.address, "CALLOUT_HOME": str(application.settings.home)}

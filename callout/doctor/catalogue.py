"""All checks, in the order in which they run; a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from eventsourcing.persistence import PersistenceError

from callout.doctor.backups import backups
from callout.doctor.blobs import blobs
from callout.doctor.clocks import clocks
from callout.doctor.connections import connections
from callout.doctor.database import answers, migrations
from callout.doctor.disk import disk
from callout.doctor.finding import Finding, wrong
from callout.doctor.keys import keys
from callout.doctor.master_key import master_key
from callout.doctor.roles import roles
from callout.doctor.system import System
from callout.doctor.views import views
from callout.doctor.worker import worker
from store.errors import name_of


class Check(NamedTuple):
    """One check. `asks` is what it needs: nothing, a database that answers, or one with all migrations."""

    name: str
    find: Callable[[System], Iterable[Finding]]
    asks: Literal["nothing", "database", "schema"] = "nothing"

    def can(self, system: System) -> bool:
        """Whether the system has what the check needs."""
        if self.asks == "nothing":
            return True
        return system.pool is not None and (self.asks == "database" or not system.pending)


CHECKS: tuple[Check, ...] = (
    Check("database", answers),
    Check("migrations", migrations, "database"),
    Check("roles", roles, "database"),
    Check("views", views, "schema"),
    Check("keys", keys, "schema"),
    Check("worker", worker, "schema"),
    Check("connections", connections, "database"),
    Check("clocks", clocks, "database"),
    Check("disk", disk),
    Check("master_key", master_key),
    Check("blobs", blobs),
    Check("backups", backups, "database"),
)


def examine(system: System, checks: Iterable[Check] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """The findings of each check, with its name; a check that fails is a finding itself."""
    for check in checks:
        if not check.can(system):
            continue
        try:
            yield from ((check.name, finding) for finding in check.find(system))
        except (PersistenceError, OSError) as error:
            yield (
                check.name,
                wrong(f"This could not be examined: {name_of(error)}.", "See whether other findings give the reason."),
            )

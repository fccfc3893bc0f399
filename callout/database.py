"""Connections to the database: first the login that migrates and makes the run-time roles, then only those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callout.master_key import master_keys
from callout.settings import Settings
from domain.kernel.problem import Kind, Problem
from store.complete_dsn import completed, must_name_its_database
from store.key_ids import key_id_of
from store.migrate import migrate
from store.provisioning import Provisioned, provisioned
from store.readiness import require_schema
from store.roles import READER, RunTimeRoles, address_of, database_of, first_that_signs_in, password_id, roles_of


class OtherMasterKey(Problem):
    """The texts of this database were sealed under another master key; restore that key."""


VIEWS_REMEDY = "`callout migrate` rebuilds them, once no other version of this program runs."


class ViewsDiffer(Problem):
    """Views have another shape than this program's; `callout migrate` rebuilds them."""

    kind = Kind.UNAVAILABLE


class Entrance(NamedTuple):
    """The address of the database, and the credentials of the run-time roles."""

    address: str
    roles: RunTimeRoles
    applied: list[str]

    def dsn(self, role: str) -> str:
        """The DSN of one of the roles that `store.roles` names."""
        return self.roles.dsn(self.address, role)


def enter(settings: Settings, dsn: str, *, migrating: bool, newest: bool = False) -> Entrance:
    """The entrance to the database at `dsn`, the login that migrates; with `migrating`, it is migrated first.

    The passwords of the roles are derived from the master key that they were made from, or with `newest` from the
    newest; an administrator may have set them before. Raises `OtherMasterKey`, with nothing changed, when its texts
    could not be read, and without `migrating` `DatabaseOlder` or `DatabaseNewer`.
    """
    dsn = completed(dsn)
    if not migrating:
        require_schema(dsn)
    secrets = master_keys(settings).secrets()
    known = provisioned(dsn)
    if known.master_key not in {None, *map(key_id_of, secrets)}:
        raise OtherMasterKey
    candidates = _candidates(dsn, secrets)
    roles = candidates[0] if newest else first_that_signs_in(address_of(dsn), _as_noted(known, candidates))
    return Entrance(address_of(dsn), roles, migrate(dsn, roles=roles) if migrating else [])


def enter_by(settings: Settings, address: str) -> Entrance:
    """The entrance at an address for the run-time roles; the database must have been migrated before.

    Raises `NameTheDatabase`, `DatabaseOlder` or `DatabaseNewer`.
    """
    candidates = _candidates(must_name_its_database(address), master_keys(settings).secrets())
    entrance = Entrance(address_of(address), first_that_signs_in(address, candidates), [])
    require_schema(entrance.dsn(READER))
    return entrance


def _candidates(dsn: str, secrets: Sequence[bytes]) -> list[RunTimeRoles]:
    return [roles_of(database_of(dsn), secret) for secret in secrets]


def _as_noted(known: Provisioned, candidates: Sequence[RunTimeRoles]) -> list[RunTimeRoles]:
    """The candidates, the one first whose password was recorded last."""
    return sorted(candidates, key=lambda each: known.password != password_id(each.passwords[READER]))

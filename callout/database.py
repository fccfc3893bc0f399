"""The way to the database: the login that migrates and makes the run-time roles, then those roles alone."""

from __future__ import annotations

from typing import NamedTuple

from callout.master_key import master_key
from callout.settings import Settings
from domain.problem import Problem
from store.keyring import key_id_of
from store.migrate import migrate
from store.provisioning import sealed_under
from store.roles import RunTimeRoles, address_of, database_of, roles_of


class OtherMasterKey(Problem):
    """This database was sealed under another master key; bring back the one it was made with."""


class Entrance(NamedTuple):
    """Where the database is, and how those who serve sign in there."""

    address: str
    roles: RunTimeRoles
    applied: list[str]

    def dsn(self, role: str) -> str:
        """The DSN of one of the roles that `store.roles` names."""
        return self.roles.dsn(self.address, role)


def enter(settings: Settings, dsn: str) -> Entrance:
    """The entrance to the database that `dsn` leads to, for the login that migrates; migrated, with roles of its own.

    Raises `OtherMasterKey`, with nothing changed, when its words could not be read.
    """
    key = master_key(settings)
    known = sealed_under(dsn)
    if known not in {None, key_id_of(key)}:
        raise OtherMasterKey
    roles = roles_of(database_of(dsn), key)
    return Entrance(address_of(dsn), roles, migrate(dsn, roles=roles))


def enter_by(settings: Settings, address: str) -> Entrance:
    """The entrance at an address for those who serve; whoever may migrate has to have been there before."""
    return Entrance(address_of(address), roles_of(database_of(address), master_key(settings)), [])

"""The owners of sites: every site that was ever added belongs to one customer."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from store.pool import ConnectionPool


def owner_of(pool: ConnectionPool, site: UUID) -> UUID | None:
    """The customer whose site this is, `None` when there is no such site."""
    row = pool.fetch_one("SELECT customer FROM log.sites WHERE site = %s", (str(site),))
    return row[0] if row else None


def owners_of(pool: ConnectionPool, sites: Iterable[UUID]) -> dict[UUID, UUID]:
    """The customers whose sites these are, as far as there are such sites; one query for all."""
    rows = pool.fetch_all("SELECT site, customer FROM log.sites WHERE site = ANY(%s::uuid[])", (list(map(str, sites)),))
    return dict(rows)

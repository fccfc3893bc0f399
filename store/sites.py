"""Whose a site is: every site that was ever added belongs to one customer."""

from __future__ import annotations

from uuid import UUID

from store.pool import ConnectionPool


def owner_of(pool: ConnectionPool, site: UUID) -> UUID | None:
    """The customer whose site this is, `None` when there is no such site."""
    row = pool.fetch_one("SELECT customer FROM log.sites WHERE site = %s", (str(site),))
    return row[0] if row else None

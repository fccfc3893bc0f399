"""Rows of customers, of their sites, and of changes of details that clashed."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from projections.engine.table import Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue


class CustomerRow(TypedDict):
    """A customer; those who were erased have no words left."""

    id: UUID
    name: str | None
    phones: list[str] | None
    email: str | None
    language: str | None
    zone: str | None
    merged_into: UUID | None
    erased: bool
    external_ref: ExternalRefValue | None
    external_id: str | None
    position: int
    version: int


CUSTOMERS = Table.of(
    "customers",
    CustomerRow,
    key=("id",),
    indexes=(("merged_into",), *BY_EXTERNAL_ID),
)


class SiteRow(TypedDict):
    """A place where a customer has machines; `zone_basis` says what its zone was taken from."""

    id: UUID
    customer: UUID
    zone: str
    zone_basis: str | None
    address: str | None
    access_notes: str | None
    position: int


SITES = Table.of(
    "sites",
    SiteRow,
    key=("id",),
    indexes=(("customer", "id"),),
)


class ClashRow(TypedDict):
    """A change of a customer's details that clashed: one text each, or several telephone numbers."""

    position: int
    customer: UUID
    field: str
    kept: list[str] | None
    wanted: list[str] | None
    occurred_at: datetime
    actor: UUID | None
    device: UUID | None


CLASHES = Table.of(
    "customer_clashes",
    ClashRow,
    key=("position",),
    indexes=(("customer", "field"),),
)


class CustomerDetail(CustomerRow):
    """A customer with the sites and open clashes of their entry and of those merged into it."""

    sites: list[SiteRow]
    clashes: list[ClashRow]

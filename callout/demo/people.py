"""The employees of the invented company, and their vans."""

from __future__ import annotations

from typing import NamedTuple

from domain.access.user import Role

COMPANY = "Brandt & Vogel, household appliances and heating, Berlin"


class Clerk(NamedTuple):
    """A user of the office."""

    login: str
    name: str
    roles: tuple[Role, ...]


class Fitter(NamedTuple):
    """A technician; `slug` identifies them in the story. Also a user, so that they can sign in."""

    slug: str
    name: str
    van: str


FITTERS = (
    Fitter("jonas", "Jonas Reuter", "Van 1 (B-BV 101)"),
    Fitter("mia", "Mia Castell", "Van 2 (B-BV 102)"),
    Fitter("emre", "Emre Yilmaz", "Van 3 (B-BV 103)"),
    Fitter("lena", "Lena Voss", "Van 4 (B-BV 104)"),
)

CLERKS = (
    Clerk("admin", "Renate Vogel", ("admin",)),
    Clerk("dispatcher", "Kerem Aydin", ("dispatcher",)),
    Clerk("agent", "Sophie Lindner", ("agent",)),
    Clerk("keeper", "Pawel Nowak", ("stock_keeper",)),
    Clerk("manager", "Helga Brandt", ("service_manager",)),
    Clerk("auditor", "Ines Falk", ("auditor",)),
    Clerk("biller", "Theo Marsch", ("biller",)),
    *(Clerk(fitter.slug, fitter.name, ("technician",)) for fitter in FITTERS),
)

WAREHOUSES = (("main", "Main store, Siemensstraße"), ("depot", "Depot, Köpenick"))

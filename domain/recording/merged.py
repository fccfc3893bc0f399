"""Merged customer entries: which one remains, and whether two are the same customer."""

from __future__ import annotations

from uuid import UUID

from domain.care.customer import Customer
from domain.recording.unit_of_work import Work

MOST_STEPS = 100
"""The number of consecutive merges that are followed at most."""


def surviving_entry(work: Work, customer: UUID) -> UUID:
    """The id of the entry that remains for a customer, their own where it was not merged."""
    for _ in range(MOST_STEPS):
        entry = work.find(Customer, customer)
        if entry is None or entry.merged_into is None:
            break
        customer = entry.merged_into
    return customer


def one_customer(work: Work, one: UUID, other: UUID) -> bool:
    """Whether two ids are the same customer, perhaps by merges."""
    return one == other or surviving_entry(work, one) == surviving_entry(work, other)

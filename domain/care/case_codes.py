"""The codes of a case: its topic, priority, what it waits on, and how it ends."""

from typing import Literal, Required, TypedDict
from uuid import UUID

Topic = Literal["purchase", "billing", "troubleshooting"]
WaitingOn = Literal["customer", "parts", "vendor", "payment"]
Outcome = Literal["satisfied", "unsatisfied_final", "no_reply"]
Basis = Literal["survey", "spoken", "timeout"]


class Closing(TypedDict, total=False):
    """How a case ends, how much is still open on it (the caller counts), and who waives that and why."""

    outcome: Required[Outcome]
    basis: Required[Basis]
    open_work_orders: Required[int]
    open_discrepancies: int
    waived_by: UUID | None
    waiver: str | None

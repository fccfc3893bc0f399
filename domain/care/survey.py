"""A survey: whether the customer is satisfied, in their own numbers and words."""

from typing import ClassVar, Required, Self, TypedDict, Unpack
from uuid import UUID

from domain.care.contact import Channel
from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.bad_input import bad_member


class Answer(TypedDict, total=False):
    """A customer's answer: `csat` 1–5 (satisfied), `ces` 1–7 (how easy it was), whether it is solved, and a comment."""

    csat: Required[int]
    solved: Required[bool]
    ces: int | None
    comment: str | None


class Survey(Entity):
    """One survey request, with any number of answers; the newest counts."""

    TOPIC: ClassVar[str] = "survey"

    class Requested(Begun):
        TOPIC: ClassVar[str] = "survey.requested"
        customer: UUID
        case: UUID | None
        work_order: UUID | None
        channel: Channel

    class Answered(Entity.Event):
        TOPIC: ClassVar[str] = "survey.answered"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        case: UUID | None
        work_order: UUID | None
        csat: int
        solved: bool
        ces: int | None = None
        comment: Personal = None

    @classmethod
    def request(
        cls,
        *,
        id: UUID,
        customer: UUID,
        channel: Channel,
        case: UUID | None = None,
        work_order: UUID | None = None,
    ) -> Self:
        """Ask a customer about a case, a repair, or in general."""
        return cls.begin(cls.Requested, id=id, customer=customer, case=case, work_order=work_order, channel=channel)

    @classmethod
    def record_asked(
        cls,
        *,
        id: UUID,
        customer: UUID,
        channel: Channel = "visit",
        case: UUID | None = None,
        work_order: UUID | None = None,
        **answer: Unpack[Answer],
    ) -> Self:
        """An answer that was asked for on the spot, by the technician at the door for example."""
        survey = cls.request(id=id, customer=customer, channel=channel, case=case, work_order=work_order)
        survey.record_answer(**answer)
        return survey

    # Questions

    def is_answered(self) -> bool:
        """Whether the customer has answered."""
        return self.answered

    # Facts

    def record_answer(self, **answer: Unpack[Answer]) -> None:
        """Record the answers of the customer; raises `BadInput` for numbers that are not on the scale."""
        check_scale("csat", answer["csat"], 5)
        check_scale("ces", answer.get("ces"), 7)
        self.trigger_event(self.Answered, customer=self.customer, case=self.case, work_order=self.work_order, **answer)

    # Changes

    @event(Requested)
    def __init__(self, customer: UUID, case: UUID | None, work_order: UUID | None) -> None:
        self.customer = customer
        self.case = case
        self.work_order = work_order
        self.answered = False

    @event(Answered)
    def _(self) -> None:
        self.answered = True


def check_scale(name: str, value: int | None, highest: int) -> None:
    """Raise `BadInput` unless the number is on the scale from 1, or was not given."""
    if value is not None and not 1 <= value <= highest:
        raise bad_member(f"/{name}", f"It is a whole number from 1 to {highest}.")

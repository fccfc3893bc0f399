"""What technicians find and do on a work order, whether anybody decides it or not."""

from typing import Any, ClassVar
from uuid import UUID

from domain.kernel.reason import reason_and_note
from domain.work import work_order_events as happened
from domain.work.work_order_events import Fixed, LabourKind
from domain.work.work_order_status import FAILURES


class WorkOrderFacts:
    """The facts of a work order; none is refused."""

    customer: UUID
    Diagnosed: ClassVar[type[happened.Diagnosed]]
    LabourRecorded: ClassVar[type[happened.LabourRecorded]]
    NoteAdded: ClassVar[type[happened.NoteAdded]]
    PhotoAttached: ClassVar[type[happened.PhotoAttached]]
    CompletionReported: ClassVar[type[happened.CompletionReported]]
    CannotCompleteReported: ClassVar[type[happened.CannotCompleteReported]]
    Completed: ClassVar[type[happened.Completed]]
    CannotComplete: ClassVar[type[happened.CannotComplete]]
    FactCorrected: ClassVar[type[happened.FactCorrected]]

    def record_diagnosis(self, *, problem: str, cause: str, remedy: str, note: str | None = None) -> None:
        """What was found: codes for problem, cause and remedy, and a note in free words."""
        codes = {"problem": problem, "cause": cause, "remedy": remedy}
        self._tell(self.Diagnosed, customer=self.customer, note=note, **codes)

    def record_labour(self, *, minutes: int, kind: LabourKind, technician: UUID | None = None) -> None:
        """Whole minutes that somebody spent."""
        self._tell(self.LabourRecorded, minutes=minutes, kind=kind, technician=technician)

    def record_note(self, text: str) -> None:
        """Something to remember, in free words."""
        self._tell(self.NoteAdded, customer=self.customer, text=text)

    def record_photo(self, *, sha256: str, size: int, media_type: str) -> None:
        """A picture, by the hash of its bytes; `size` counts bytes."""
        self._tell(self.PhotoAttached, sha256=sha256, size=size, media_type=media_type)

    def record_completion(self, *, technician: UUID, fixed: Fixed, remedy: str | None = None) -> None:
        """A technician has done the work: it counts if the order is theirs, and is a report to the office if not."""
        told = self.Completed if self._counts(technician) else self.CompletionReported
        self._tell(told, technician=technician, remedy=remedy, fixed=fixed)

    def record_cannot_complete(self, *, technician: UUID, reason: str) -> None:
        """A technician could not do the work: a code of `FAILURES` or words, a report if the order is not theirs."""
        told = self.CannotComplete if self._counts(technician) else self.CannotCompleteReported
        self._tell(told, customer=self.customer, technician=technician, **reason_and_note(reason, FAILURES))

    def record_correction(self, *, operation: UUID, fact: str | None = None, reason: str | None = None) -> None:
        """A device takes back its own earlier operation; `fact` is the topic that one had recorded."""
        self._tell(self.FactCorrected, customer=self.customer, operation=operation, fact=fact, reason=reason)

    def _counts(self, technician: UUID) -> bool:
        """Whether what this technician reports counts; the work order says."""
        raise NotImplementedError

    def _tell(self, what: type[Any], **fields: Any) -> None:
        """Record a fact; the work order says how."""
        raise NotImplementedError

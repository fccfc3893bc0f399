"""The auditor: sees every request, reply, commit and disk, and raises `Violation` when a promise is broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from sync.device import Reply
from tests.simulation.books import Books
from tests.simulation.conflicts import Conflicts
from tests.simulation.copies import Copies
from tests.simulation.disk import Disk
from tests.simulation.ends import Ends
from tests.simulation.erased_words import ErasedWords
from tests.simulation.ledger import Ledger
from tests.simulation.network import Request
from tests.simulation.replies import Replies
from tests.simulation.statuses import Statuses
from tests.simulation.verdicts import Verdicts
from tests.simulation.waiting import Waiting

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


class Auditor:
    """Passes what it sees to checkers of one kind of promise each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ledger, self.replies = Ledger(world), Replies(world)
        self.copies, self.books = Copies(world), Books(world)
        self.conflicts, self.erased_words, self.waiting = Conflicts(world), ErasedWords(world), Waiting(world)
        self.verdicts, self.ends, self.statuses = Verdicts(world), Ends(world), Statuses(world)
        world.log.watchers.append(self._committed)

    def answered(self, request: Request, reply: Reply) -> None:
        """The server has answered, whether or not the reply will arrive."""
        self.replies.answered(request, reply)
        self.copies.answered(request, reply)

    def disk_lost(self, phone: Phone, disk: Disk) -> None:
        """A disk is lost with its content; that breaks no promise."""
        self.ledger.disk_lost(phone, disk)
        self.copies.disk_lost(phone)

    def restored(self) -> None:
        """The server was restored from a backup; what is lost by that breaks no promise."""
        for watch in (self.ledger, self.replies, self.copies, self.books, self.conflicts, self.verdicts):
            watch.restored()

    def check(self) -> None:
        """After every step: check the phones that were used, and the views."""
        for number in sorted(self._world.touched):
            phone = self._world.phones[number]
            self.ledger.check(phone)
            self.copies.check(phone)
        self._world.touched.clear()
        self.books.check()

    def is_quiet(self) -> bool:
        """Whether all phones have sent and fetched everything."""
        return self.ledger.is_quiet() and self.copies.is_quiet() and self.waiting.is_quiet()

    def check_the_end(self) -> None:
        """Check every promise in full, at the end of a run."""
        self.ledger.check_the_end()
        self.replies.check_the_end()
        self.copies.check_the_end()
        self.books.check_the_end()
        self.conflicts.check_the_end()
        self.erased_words.check_the_end()
        self.waiting.check_the_end()
        self.statuses.check_the_end()

    def _committed(self, events: Sequence[Recorded], answers: Sequence[Answer]) -> None:
        self.ledger.committed(events, answers)
        self.books.committed(events)
        self.conflicts.committed(events)
        self.verdicts.committed(events, answers)
        self.ends.committed(events)
        self.statuses.committed(events)

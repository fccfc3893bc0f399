"""Copies: each phone holds exactly the fold of its technician's slice at its cursor, and nothing of anybody else's."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from sync.cursor import Cursors
from sync.device import Reply
from tests.simulation.memory_views import digest, names, rebuilt
from tests.simulation.network import Request
from tests.simulation.server import SECRET
from tests.simulation.violation import must
from tests.simulation.visibility import Visibility

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

Held = dict[tuple[str, str], str]
EXACT = "a phone holds exactly its slice at its cursor"
MONOTONIC = "a cursor never goes back"
BOUNDED = "a page is bounded"
DIGESTS = "digests say what the phone must hold"
REBUILT = "a rebuild gives what the live views say"
WITH_DOCUMENTS = ("/sync/v1/push", "/sync/v1/pull", "/sync/v1/verify")


class Copies:
    """Checks every page that leaves the server, and the documents on the phones."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._visibility = Visibility(world)
        self._cursors = Cursors(SECRET)
        self._expected: dict[str, tuple[UUID, Held]] = {}
        self._reached: dict[int, tuple[str, int, int]] = {}

    def answered(self, request: Request, reply: Reply) -> None:
        """Check the page in a reply, if it has one."""
        if reply.status != 200 or urlsplit(request.url).path not in WITH_DOCUMENTS:
            return
        body = orjson.loads(reply.body)
        page = body.get("changes") if request.url.endswith("/push") else body
        if page is not None:
            self._page(request, page)

    def disk_lost(self, phone: Phone) -> None:
        """A phone has another disk: its cursor begins anew."""
        self._reached.pop(phone.number, None)

    def restored(self) -> None:
        """The server was restored."""
        self._visibility.restored()
        self.rebuilt()

    def rebuilt(self) -> None:
        """The views were rebuilt, without texts of erased people whose erasure the views have not reached yet.

        Documents have changed then without anything having happened, and phones find out by their digests.
        """
        log, views = self._world.log, self._world.views
        ahead = log.events[views.position :]
        if any(event.topic == "customer.erased" and event.stream in log.erased for event in ahead):
            for phone in self._world.phones:
                phone.rotten = True

    def check(self, phone: Phone) -> None:
        """The phone holds exactly what the server expected when it gave the phone's present cursor."""
        state = {name: orjson.loads(value) for name, value in map(tuple, phone.disk.rows("SELECT * FROM state"))}
        if state.get("wiping"):
            return  # it hands over its work and erases itself, some rows at a time
        cursor = state.get("cursor")
        self._must_go_on(phone, state)
        if cursor in self._expected:
            _, expected = self._expected[cursor]
            held = held_by(phone)
            phone.rotten = phone.rotten and held != expected
            must(
                phone.rotten or held == expected, EXACT, f"phone {phone.number} differs in {difference(held, expected)}"
            )

    def is_quiet(self) -> bool:
        """Whether every phone has what the views have."""
        return all(self._is_caught_up(phone) for phone in self._world.phones)

    def check_the_end(self) -> None:
        """Every phone has what the server has, and the server's views equal a rebuild."""
        views = self._world.views
        views.catch_up()
        fresh = rebuilt(self._world.log, views.position)
        for table in fresh._held:
            live = {str(table.key_of(row)): row for row in views.rows.rows(table)}
            anew = {str(table.key_of(row)): row for row in fresh.rows(table)}
            must(live == anew, REBUILT, f"{table.name}: {difference(live, anew)}")
        for phone in self._world.phones:
            held, expected = held_by(phone), self._slice(phone.technician)
            must(held == expected, EXACT, f"in the end phone {phone.number} differs in {difference(held, expected)}")

    def _page(self, request: Request, page: dict[str, Any]) -> None:
        technician = self._world.phones[request.phone].technician
        if not request.url.endswith("/verify"):
            self._must_be_bounded([change["position"] for change in page["changes"]])
        self._visibility.must_be_theirs(technician, page["changes"])
        if not page.get("more") and page["through"] == self._world.views.position:  # somebody may have been faster
            self._expected[page["cursor"]] = technician, self._slice(technician)
            views = self._world.views
            own, shared = digest(views.documents_of(technician)), digest(views.documents_of(None))
            digests = page["digests"]
            must(digests == {"own": own, "shared": shared}, DIGESTS, f"{digests} instead of {own} and {shared}")

    def _must_be_bounded(self, positions: list[int]) -> None:
        """A page has at most the requested number of changes, and those of the same position as its last."""
        before_the_last = sum(position != positions[-1] for position in positions)
        must(
            before_the_last < self._world.profile.page, BOUNDED, f"{len(positions)} changes, {before_the_last} too many"
        )
        must(positions == sorted(positions), BOUNDED, f"{positions} are not in order")

    def _slice(self, technician: UUID) -> Held:
        views = self._world.views
        return names(views.documents_of(technician)) | names(views.documents_of(None))

    def _must_go_on(self, phone: Phone, state: dict[str, Any]) -> None:
        cursor = state.get("cursor")
        if cursor is None:
            self._reached.pop(phone.number, None)
            return
        life = f"{state.get('epoch')}/{state.get('generation', 0)}"
        position = self._cursors.read(cursor, phone.technician, self._world.clock.now()).position
        before, through = self._reached.get(phone.number), state.get("through", 0)
        if before is not None and before[0] == life:
            must(position >= before[1], MONOTONIC, f"phone {phone.number} went from {before[1]} to {position}")
            must(through >= before[2], MONOTONIC, f"phone {phone.number} knew {before[2]}: {through}")
        self._reached[phone.number] = life, position, through

    def _is_caught_up(self, phone: Phone) -> bool:
        return phone.number in self._reached and held_by(phone) == self._slice(phone.technician)


def held_by(phone: Phone) -> Held:
    """The hash of each document on a phone, computed from its body."""
    return {(kind, id): sha256(body.encode()).hexdigest() for kind, id, body in map(tuple, phone.disk.rows(_HELD))}


def difference(one: dict[Any, Any], other: dict[Any, Any]) -> str:
    """Some of what two dicts do not have in common."""
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return "; ".join(f"{key}: {one.get(key)} and {other.get(key)}" for key in keys[:3])


_HELD = "SELECT type, id, body FROM documents WHERE gone IS NULL"

"""The actor of an imported line: a person of this company, or one known only from the old system."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, UUID, uuid5

from api.http.batch import CommandInput, Refusal
from callout.assembly import Application
from callout.import_entry import BadLine
from callout.import_lines import reason
from domain.kernel.characters import UNFIT
from domain.kernel.spelling import folded

if TYPE_CHECKING:
    from api.http.batch import Commands


class People:
    """Finds people by login, id or name; registers an unknown name as a deactivated technician.

    So the history has their name, their texts can be erased, and they get no work. Without `commands` nobody is
    registered.
    """

    def __init__(self, application: Application, commands: Commands | None) -> None:
        self._application, self._commands = application, commands
        self._known: dict[str, UUID] = {}
        self._named: dict[str, set[UUID]] | None = None

    def who(self, by: str | None) -> UUID | None:
        """The id of the person with this login, id or name; None for None. Raises `BadLine` for a bad name."""
        if by is None:
            return None
        if not by.strip() or UNFIT.search(by):
            raise BadLine('"by" is a name, not blank and without control characters')
        if by not in self._known:
            self._known[by] = self._found(by) or self._left(by)
        return self._known[by]

    def _found(self, by: str) -> UUID | None:
        login = self._application.services.access.user_of(by)
        if login is not None:
            return login
        named = self._names()
        try:
            id = UUID(by)
        except ValueError:
            found = named.get(folded(by), set())
            if len(found) > 1:
                raise BadLine(f"{len(found)} people are called {by[:60]}; name one by login or id") from None
            return next(iter(found), None)
        return id if any(id in ids for ids in named.values()) else None

    def _names(self) -> dict[str, set[UUID]]:
        """Ids by folded name; a person who is user and technician counts once, as the technician."""
        if self._named is None:
            projector = self._application.projector()
            while projector.run_once():
                pass
            with self._application.services.views.now() as reader:
                technicians = reader.fetch_all("SELECT id, name, user_id FROM technicians")
                users = reader.fetch_all("SELECT id, name, technician FROM users")
            twice = {row["user_id"] for row in technicians}
            self._named = {}
            for row in (*technicians, *(each for each in users if each["id"] not in twice and not each["technician"])):
                self._named.setdefault(folded(row["name"] or str(row["id"])), set()).add(row["id"])
        return self._named

    def _left(self, name: str) -> UUID:
        """The id of a person who is known by name only; registers them with `commands`."""
        id = uuid5(NAMESPACE_OID, f"callout person {folded(name)}")
        if self._commands is not None and not self._application.services.log.load([id]):
            body = {"id": str(id), "name": name}
            for path, fields in (("technicians", body), (f"technicians/{id}/deactivate", {})):
                refusal = self._commands.run_alone(CommandInput(path, fields, f"import person {id} {path}"))
                if isinstance(refusal, Refusal):
                    raise BadLine(f"{name[:60]} cannot be kept as a name: {reason(refusal.document)}")
        return id

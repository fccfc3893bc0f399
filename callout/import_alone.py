"""Runs commands of an import one by one, each in its own transaction and with views that are up to date."""

from __future__ import annotations

import time
from typing import Final

from api.http.batch import CommandInput, Commands, Refusal
from callout.assembly import Application
from callout.import_clashes import Clashes
from callout.import_entry import BadLine

PATIENCE: Final = 20
PAUSE_SECONDS: Final = 0.5


class Alone:
    """Runs commands one by one."""

    def __init__(self, application: Application, commands: Commands, clashes: Clashes) -> None:
        self._application, self._commands, self._clashes = application, commands, clashes

    def send(self, sent: CommandInput, line: int) -> str | None:
        """Run one command; the reason of a refusal, or None. Raises `BadLine` while the database is away."""
        projector = self._application.projector()
        while projector.run_once():
            pass
        for _ in range(PATIENCE):
            found = self._commands.run_alone(sent)
            if not isinstance(found, Refusal):
                self._clashes.add(line, str(found))
                return None
            if not found.temporary:
                return self._clashes.reason(found.document)
            time.sleep(PAUSE_SECONDS)
        raise BadLine(f"line {line}: the database is away; the same import continues from here later")

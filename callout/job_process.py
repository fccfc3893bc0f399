"""The process that does the long jobs, one after the other, behind everybody else: `python -m callout.job_process`."""

from __future__ import annotations

import gc
from typing import Final

from callout.lifeline import follow
from callout.priority import stand_behind
from callout.serving import open_application
from callout.settings import Settings
from projections.catalogue import PROJECTIONS
from projections.engine.long_jobs import do_next_job

BEHIND: Final = 5
"""How far it stands behind the processes that answer requests (`nice`); not far, as the projector waits for the end."""
_OBJECTS: Final = 100_000


def main() -> None:
    """Do jobs until there is none; whoever started this process ends it by ending itself."""
    follow()
    stand_behind(BEHIND)
    settings = Settings.from_environment()
    gc.set_threshold(_OBJECTS)
    with open_application(settings, settings.log_level) as application:
        while do_next_job(application.services.projecting, PROJECTIONS):
            pass


if __name__ == "__main__":
    main()

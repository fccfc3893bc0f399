"""The process that runs the long jobs one by one, at low priority: `python -m callout.job_process`."""

from __future__ import annotations

import gc
from typing import Final

from callout.lifeline import follow
from callout.priority import lower_priority
from callout.serving import open_application
from callout.settings import Settings
from projections.catalogue import PROJECTIONS
from projections.engine.long_jobs import do_next_job

BEHIND: Final = 5
"""Its `nice` value relative to the processes that answer requests; small, as the projector waits for its end."""
_OBJECTS: Final = 100_000


def main() -> None:
    """Run jobs until there is none; the process ends when its parent does."""
    follow()
    lower_priority(BEHIND)
    settings = Settings.from_environment()
    gc.set_threshold(_OBJECTS)
    with open_application(settings, settings.log_level) as application:
        while do_next_job(application.services.projecting, PROJECTIONS):
            pass


if __name__ == "__main__":
    main()

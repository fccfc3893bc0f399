"""Say that the log came back from a backup, so that devices send again what it may have lost."""

from __future__ import annotations

import click


@click.command
@click.option("--reason", default="An operator said that the log was restored.", help="What is kept on record.")
@click.option("--json", "as_json", is_flag=True, help="Say it as one line of JSON.")
def command(reason: str, as_json: bool) -> None:
    """Begin a new epoch of the log: devices send again what it may have lost, and download anew.

    A log that wakes up in another cluster (dumped and loaded, recovered to a point in time) notices by itself. Say this
    word after copying an older data folder back into the same cluster. Saying it without need costs every device one
    download and loses nothing.
    """
    from callout.console import say, say_json
    from callout.serving import open_application
    from callout.settings import Settings
    from store.lives import begin_life

    with open_application(Settings.from_environment()) as application:
        epoch = begin_life(application.services.log, reason)
        position = application.services.log.head()
    if as_json:
        say_json({"epoch": str(epoch), "position": position})
        return
    say(f"The log is known as {epoch} from position {position} on; devices will send again what it does not have.")

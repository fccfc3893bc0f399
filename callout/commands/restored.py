"""Record that the log was restored from a backup, so that devices send again what it may have lost."""

from __future__ import annotations

import click


@click.command
@click.option(
    "--reason", default="An operator reported that the log was restored.", help="The reason that is recorded."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(reason: str, as_json: bool) -> None:
    """Begin a new epoch of the log: devices send again what it may have lost, and download everything again.

    A log in another cluster (dumped and loaded, recovered to a point in time) is noticed without it. Run this
    command after copying an older data folder back into the same cluster. Without need it costs every device one
    download, and loses nothing.
    """
    from callout.console import print_json, print_line
    from callout.serving import open_application
    from callout.settings import Settings
    from store.lives import begin_life

    with open_application(Settings.from_environment()) as application:
        epoch = begin_life(application.services.log, reason)
        position = application.services.log.head()
    if as_json:
        print_json({"epoch": str(epoch), "position": position})
        return
    print_line(
        f"The log has the epoch {epoch} from position {position} on; devices will send again what it does not have."
    )

"""Change the master key and the secrets that sign, while servers go on."""

from __future__ import annotations

import click


@click.command
@click.option("--forget-old", is_flag=True, help="Afterwards: delete older master keys, once no backup needs them.")
@click.option(
    "--prepare",
    is_flag=True,
    help="Only put a new key into master.key, so that it can be copied to other machines first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(forget_old: bool, prepare: bool, as_json: bool) -> None:
    """Wrap every person's key under a new master key, and sign with new secrets; the old ones are still accepted.

    The file master.key gets a new key in front of the old ones. With CALLOUT_MASTER_KEY put a new key in front there,
    restart every server, then run this. If interrupted, it continues the next time.
    """
    from callout.console import print_json, print_line, progress
    from callout.master_key import prepare as prepare_key
    from callout.rotating import forget_older, rotate
    from callout.serving import database, open_application
    from callout.settings import Settings

    settings = Settings.from_environment()
    if prepare:
        if forget_old or settings.master_key is not None:
            raise click.UsageError("--prepare is for the file master.key, and excludes --forget-old.")
        prepared = prepare_key(settings)
        if as_json:
            print_json({"prepared": prepared})
            return
        print_line(
            f"The master key {prepared} is ready: copy master.key to every machine, then run `callout rotate-keys`."
        )
        return
    if forget_old:
        with database(settings) as (dsn, _):
            if dsn is None:
                raise click.UsageError("Name the login that migrates in DATABASE_URL.")
            many = forget_older(settings, dsn)
        if as_json:
            print_json({"forgotten": many})
            return
        print_line(f"Older master keys deleted: {many}. Restart every server and worker.")
        return
    with open_application(settings) as application, progress("keys", quiet=as_json) as show_progress:
        rotated = rotate(application, show_progress)
    if as_json:
        print_json(rotated._asdict())
        return
    begun = " An earlier run had begun this." if rotated.went_on else ""
    print_line(f"Wrapped {rotated.keys} keys under the master key {rotated.master_key}.{begun}")
    print_line("Keep the old master key as long as a backup from before today is kept; --forget-old deletes it here.")

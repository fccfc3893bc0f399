"""Change the master key and the secrets that sign, while servers go on."""

from __future__ import annotations

import click


@click.command
@click.option("--forget-old", is_flag=True, help="Afterwards: forget older master keys, once no backup needs them.")
@click.option("--prepare", is_flag=True, help="Only put a new key into master.key, for other machines to get it first.")
@click.option("--json", "as_json", is_flag=True, help="Say it as one line of JSON.")
def command(forget_old: bool, prepare: bool, as_json: bool) -> None:
    """Wrap every person's key under a new master key, and sign with new secrets; the old ones go on being accepted.

    The file master.key gets a new key in front of the old ones. With CALLOUT_MASTER_KEY put a new key in front there,
    start every server anew, then run this. Cut off, it goes on the next time.
    """
    from callout.console import progress, say, say_json
    from callout.master_key import prepare as prepare_key
    from callout.rotating import forget_older, rotate
    from callout.serving import database, open_application
    from callout.settings import Settings

    settings = Settings.from_environment()
    if prepare:
        if forget_old or settings.master_key is not None:
            raise click.UsageError("--prepare is for the file master.key, and goes alone.")
        prepared = prepare_key(settings)
        if as_json:
            say_json({"prepared": prepared})
            return
        say(f"The master key {prepared} is ready: copy master.key to every machine, then run `callout rotate-keys`.")
        return
    if forget_old:
        with database(settings) as (dsn, _):
            if dsn is None:
                raise click.UsageError("Name the login that migrates in DATABASE_URL.")
            many = forget_older(settings, dsn)
        if as_json:
            say_json({"forgotten": many})
            return
        say(f"Older master keys forgotten: {many}. Start every server and worker anew.")
        return
    with open_application(settings) as application, progress("keys", quiet=as_json) as show_progress:
        rotated = rotate(application, show_progress)
    if as_json:
        say_json(rotated._asdict())
        return
    begun = " An earlier run had begun it." if rotated.went_on else ""
    say(f"Wrapped {rotated.keys} keys under the master key {rotated.master_key}.{begun}")
    say("Keep the old master key as long as a backup from before today is kept; --forget-old forgets it here.")

"""Write a backup of everything that is kept, as of one moment, to a new folder."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--without-blobs", is_flag=True, help="Leave out the files of photos, which are backed up elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(folder: Path, without_blobs: bool, as_json: bool) -> int:
    """Write log, keys, access, and the files of photos, all as of one moment, to FOLDER, which must not exist yet.

    Servers go on meanwhile. Views are left out: they are rebuilt. The master key is left out as well: keep it
    somewhere else, since without it nobody can read personal text in the backup. The exit code is 1 when photos are
    missing at their place: the backup is whole without them, and names them.
    """
    from callout.blob_place import place_of
    from callout.console import print_json, print_line, progress
    from callout.serving import database
    from callout.settings import Settings
    from store.backup.dump import dump

    settings = Settings.from_environment()
    place = None if without_blobs else place_of(settings)
    with database(settings) as (dsn, _), progress("bytes", quiet=as_json) as show_progress:
        if dsn is None:
            raise click.UsageError(
                "Name the login that migrates in DATABASE_URL: the run-time roles may not read everything."
            )
        manifest = dump(dsn, folder, place, show_progress)
    rows, photos = sum(table.rows for table in manifest.tables), len(manifest.blobs or ())
    if as_json:
        done = {"position": manifest.position, "epoch": str(manifest.epoch), "rows": rows, "blobs": photos}
        print_json(done | {"missing": len(manifest.missing)})
        return 1 if manifest.missing else 0
    left = "no files of blobs" if manifest.blobs is None else f"{photos} files of blobs"
    print_line(
        f"Wrote {rows} rows and {left} to {folder}, through position {manifest.position}. The master key is not in it."
    )
    if not manifest.missing:
        return 0
    print_line(
        f"{len(manifest.missing)} photos are not where they are kept, and not in the backup; its manifest names them."
    )
    print_line("Bring their files back, or set CALLOUT_BLOBS to where they are, and make another backup.")
    return 1

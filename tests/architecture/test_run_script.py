"""The rules of `./run`: one sentence when it cannot go on, nothing left behind, a lock that pip accepts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ENTRY = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+)", re.MULTILINE)


def run(house: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a folder's script from elsewhere and wait for it."""
    return subprocess.run(
        [str(house / "run"), *words],
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def bare_house(tmp_path: Path) -> Path:
    """A folder with only what a set-up reads."""
    for name in ("run", "pyproject.toml", "requirements.lock"):
        shutil.copy(HOUSE / name, tmp_path)
    return tmp_path


def test_without_a_suitable_python_there_is_one_sentence_and_nothing_left_behind(bare_house: Path) -> None:
    outcome = run(bare_house, "--help", PYTHON="no-such-python")

    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == "callout: PYTHON=no-such-python is not a Python 3.11 or newer.\n"
    assert {file.name for file in bare_house.iterdir()} == {"run", "pyproject.toml", "requirements.lock"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_in_a_folder_of_somebody_else_there_is_one_sentence(bare_house: Path) -> None:
    bare_house.chmod(0o555)
    outcome = run(bare_house, "--help")
    bare_house.chmod(0o755)

    assert outcome.returncode == 1
    assert "run ./run as its owner" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_every_package_of_the_lock_is_pinned_and_hashed() -> None:
    entries = re.split(r"\n(?=\S)", (HOUSE / "requirements.lock").read_text().strip())
    packages = [entry for entry in entries if not entry.startswith("#")]

    assert len(packages) > 50
    assert all(ENTRY.match(package) and "--hash=sha256:" in package for package in packages)


def test_every_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = dict(ENTRY.findall((HOUSE / "requirements.lock").read_text()))

    assert {re.split(r"[^a-z0-9-]", name, maxsplit=1)[0] for name in wanted} <= set(locked)

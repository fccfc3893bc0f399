"""The rules of `./run`: one sentence when it cannot go on, nothing left behind, a lock that pip accepts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SET_UP = ("run", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
ENTRY = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+)", re.MULTILINE)


def run(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a folder's script from elsewhere and wait for it."""
    return subprocess.run(
        [str(project / "run"), *words],
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    """A folder with only what a set-up reads."""
    for name in SET_UP:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_without_a_suitable_python_there_is_one_sentence_and_nothing_left_behind(bare_project: Path) -> None:
    outcome = run(bare_project, "--help", PYTHON="no-such-python")

    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == "callout: PYTHON=no-such-python is not a Python 3.11 or newer.\n"
    assert {file.name for file in bare_project.iterdir()} == set(SET_UP)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_in_a_folder_of_somebody_else_there_is_one_sentence(bare_project: Path) -> None:
    bare_project.chmod(0o555)
    outcome = run(bare_project, "--help")
    bare_project.chmod(0o755)

    assert outcome.returncode == 1
    assert "run ./run as its owner" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(("lock", "least"), [("requirements.lock", 40), ("requirements-dev.lock", 90)])
def test_every_package_of_the_lock_is_pinned_and_hashed(lock: str, least: int) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    packages = [entry for entry in entries if not entry.startswith("#")]

    assert len(packages) > least
    assert all(ENTRY.match(package) and "--hash=sha256:" in package for package in packages)


def test_every_dependency_is_in_the_lock() -> None:
    running, tools, groups = (
        locked("requirements.lock"),
        locked("requirements-dev.lock"),
        project()["dependency-groups"],
    )

    assert names([*project()["project"]["dependencies"], *groups["install"]]) <= running.keys()
    assert names(each for each in groups["dev"] if isinstance(each, str)) <= tools.keys()


def test_a_user_installs_nothing_that_only_developers_need_and_both_have_the_same_versions() -> None:
    """Issue 9, 16: mypy and moto came with the first demo."""
    running, tools = locked("requirements.lock"), locked("requirements-dev.lock")
    only_tools = names(each for each in project()["dependency-groups"]["dev"] if isinstance(each, str))

    assert running.items() <= tools.items()
    assert not running.keys() & only_tools
    assert len(running) <= len(tools) // 2


def test_only_words_for_developers_install_their_tools() -> None:
    script = (ROOT / "run").read_text()

    [words] = re.findall(r"^    (.*)\) make_ready with-tools ;;$", script, re.MULTILINE)
    developers = set(re.findall(r"^  ([a-z]+) .*  [A-Z]", script, re.MULTILINE))

    assert set(words.split(" | ")) == developers


def locked(lock: str) -> dict[str, str]:
    """The version of each package of a lock."""
    return dict(ENTRY.findall((ROOT / lock).read_text()))


def names(wanted: Iterable[str]) -> set[str]:
    """The names of requirements."""
    return {re.split(r"[^a-z0-9-]", each, maxsplit=1)[0] for each in wanted}


def project() -> dict[str, Any]:
    """What `pyproject.toml` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())

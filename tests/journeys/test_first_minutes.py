"""Issue 9, 16: the commands in the demo's output and in the README work as written and print something."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_demo import ROOT, demo, password_of, ready
from tests.support.office_client import OfficeClient
from tests.support.processes import state_folder

README = (ROOT / "README.md").read_text()
PYTHON = ".venv/bin/python"


class Stranger:
    """A user at another terminal while the demo runs; `started` is what the demo printed."""

    def __init__(self, started: dict[str, Any], home: Path, folder: Path) -> None:
        self.started = started
        self._home = home
        self._folder = folder

    def types(self, command: str) -> str:
        """The output of a command of the README or the demo; `./run` is run as `python -m callout`."""
        line = re.sub(rf"(^|\s){re.escape(PYTHON)}(?=\s)", rf"\1{sys.executable}", command)
        line = re.sub(r"(^|\s)\S*/run(?=\s)", rf"\1{sys.executable} -m callout", line)
        environment = os.environ | {"CALLOUT_HOME": str(self._home), "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        environment.pop("DATABASE_URL", None)
        outcome = subprocess.run(  # noqa: S602 - the lines are the README's own, and people type them into a shell
            line,
            shell=True,
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert outcome.returncode == 0, f"{command}: {outcome.stdout}{outcome.stderr}"
        return outcome.stdout


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    with state_folder() as home, demo(home) as process:
        yield Stranger(ready(process), home, tmp_path_factory.mktemp("elsewhere"))
        process.send_signal(signal.SIGINT)
        process.communicate()


def fresh_code(stranger: Stranger, name: str) -> str:
    """A new enrolment code for a technician, since a code is valid for one device."""
    desk = OfficeClient.sign_in(stranger.started["url"], "admin", password_of(stranger.started, "admin"))
    technician = next(each["id"] for each in stranger.started["technicians"] if each["name"] == name)
    return str(desk.post(f"technicians/{technician}/enrolments", {})["code"])


def test_the_three_commands_of_the_demo_work_as_they_stand(stranger: Stranger) -> None:
    assert len(stranger.started["try"]) == 3
    enrolled, used, history = (stranger.types(command) for command in stranger.started["try"])

    assert "Enrolled for Mia Castell." in enrolled
    assert "The washing machine for the nappies" in enrolled
    assert "part_used" in used
    assert "work_order.assigned" in history
    assert "Mia Castell" in history
    assert max(map(len, history.splitlines())) <= 80


def test_the_day_in_the_readme_works_as_it_stands(stranger: Stranger) -> None:
    [day] = re.findall(r"## A day from a terminal.*?```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for line in day.splitlines() if line]
    assert len(lines) > 4
    code, outputs = fresh_code(stranger, "Mia Castell"), []
    for line in lines:
        command = line.replace(" CODE ", f" {code} ")
        outputs.append(stranger.types(command.replace("http://127.0.0.1:8080", stranger.started["url"])))

    assert "W-000031" in outputs[0]
    assert "received" in outputs[-2]
    assert "work_order.completed" in outputs[-1]


@pytest.mark.parametrize("command", re.findall(r"`(\./run (?:status|as-of)[^`]*)`", README))
def test_what_looks_behind_it_works_as_it_stands(stranger: Stranger, command: str) -> None:
    assert len(stranger.types(command).splitlines()) > 3

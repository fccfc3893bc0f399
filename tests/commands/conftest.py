"""Fixtures of tests of commands: a runner on a real database, without an application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.running.runner import Runner
from tests.api.conftest import services_on


@pytest.fixture
def runner(database: str, tmp_path: Path) -> Iterator[Runner]:
    """The runner of commands."""
    with services_on(database, tmp_path) as services:
        yield services.runner

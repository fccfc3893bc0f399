"""Fixtures of tests of clients: a running installation, and a scripted server with an enrolled phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.counterpart import Counterpart
from tests.clients.node import NodeDevice
from tests.support.company import Company, company_on
from tests.support.databases import Cluster


@pytest.fixture(scope="module")
def company(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A running installation for all tests of a file."""
    folder: Path = tmp_path_factory.mktemp("company")
    with cluster.database(template) as dsn, company_on(dsn, folder) as at_work:
        yield at_work


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with Counterpart() as counterpart:
        yield counterpart


@pytest.fixture
def phone(server: Counterpart, tmp_path: Path) -> NodeDevice:
    device = NodeDevice(tmp_path / "phone.json", server.url)
    device.done("enrol", "CODE-1", "Ada’s phone")
    return device

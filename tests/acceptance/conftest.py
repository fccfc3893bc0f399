"""Fixtures of acceptance tests: a running installation for each file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.company import Company, company_on
from tests.support.databases import Cluster


@pytest.fixture(scope="module")
def company(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The installation, used over HTTP."""
    folder: Path = tmp_path_factory.mktemp("company")
    with cluster.database(template) as dsn, company_on(dsn, folder) as at_work:
        yield at_work

"""The rule about places: no file names a registry's host or a folder of one person's machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = (".py", ".sql", ".js", ".css", ".html", ".json", ".md", ".toml", ".lock", ".yaml", ".yml", ".sh", ".txt")
UNNAMED = (".ci/run", ".gitignore", "run")
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.]|yarnpkg[.]|unpkg[.]|jsdelivr[.]|cdnjs[.]|deb[.]debian|docker[.]io|ghcr[.]io",
    re.IGNORECASE,
)
MACHINE = re.compile(r"file:/{2}|(?<![\w.}/-])/(?:home|opt|root|tmp|work)/\w")


def files() -> list[str]:
    """The project's own text files, relative to its root."""
    found = list(UNNAMED)
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if not name.startswith(".") and name not in {"__pycache__", "vendor"}]
        found += [str((Path(folder) / name).relative_to(ROOT)) for name in names if name.endswith(KINDS)]
    return sorted(found)


@pytest.mark.parametrize("file", files())
def test_a_file_belongs_to_no_machine_and_names_no_registry(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    assert [match.group() for rule in (REGISTRY, MACHINE) for match in rule.finditer(text)] == []


@pytest.mark.parametrize("parts", [("pypi.", "org"), ("cdn.js", "delivr.net"), ("file:", "//x"), (" /", "tmp/x")])
def test_such_a_place_would_be_noticed(parts: tuple[str, str]) -> None:
    text = "".join(parts)

    assert REGISTRY.search(text) or MACHINE.search(text)

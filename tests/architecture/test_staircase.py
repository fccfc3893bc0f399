"""The rules for imports: each room knows only those below it, and each contract would notice a breach."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "callout", "commands", "domain", "migrations", "projections", "store", "sync", "web")
BREACHES = {
    "Rooms of the domain": ("domain/kernel/breach.py", "import domain.stock"),
    "Rooms of the read models": ("projections/documents/breach.py", "import projections.past"),
    "Rooms of the api": ("api/http/above.py", "import api.care"),
    "The staircase": ("store/breach.py", "import api"),
    "What decides on push and pull runs without": ("sync/push.py", "import projections.engine.breach"),
    "The domain knows only events": ("domain/care/breach.py", "import marshmallow"),
    "Only the store speaks psycopg2": ("projections/engine/breach.py", "import psycopg2"),
    "Only the api and the web know flask": ("sync/breach.py", "import flask"),
    "Only callout schedules jobs": ("api/http/breach.py", "import apscheduler"),
    "The reference client stands alone": ("sync/device/breach.py", "import domain"),
}


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    """Hold the rooms in a folder against the contracts of its pyproject.toml."""
    tool = Path(sys.executable).with_name("lint-imports")
    command = [str(tool), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)


def test_every_contract_is_kept() -> None:
    outcome = lint_imports(ROOT)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_contract_notices_its_breach(tmp_path: Path) -> None:
    for source in (file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        path = tmp_path / source.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint_imports(tmp_path).returncode == 0

    for file, breach in BREACHES.values():
        (tmp_path / file).write_text(breach + "\n")
    broken = {line.rpartition(" ")[0] for line in lint_imports(tmp_path).stdout.splitlines() if line.endswith("BROKEN")}

    assert len(broken) == len(BREACHES)
    assert all(any(name.startswith(start) for name in broken) for start in BREACHES)


def foreign_imports(source: str) -> set[str]:
    """The modules outside the standard library, and outside its own folder, that a source text imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            beside = node.level == 1 and node.module is not None  # a file of the same folder, copied with it
            names |= set() if beside else {"." if node.level else (node.module or "").partition(".")[0]}
    return names - sys.stdlib_module_names


def test_the_reference_client_can_be_copied_anywhere_with_a_python() -> None:
    sources = [file.read_text() for file in (ROOT / "sync/device").glob("*.py")]

    assert set.union(*map(foreign_imports, sources)) == {"cryptography"}


def test_the_reference_client_runs_without_the_one_package_that_it_knows() -> None:
    blocked = "import sys; sys.modules['cryptography'] = None; from sync.device import identity; "
    blocked += "print(identity.signer(b'7' * 32))"

    result = subprocess.run([sys.executable, "-c", blocked], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout == "None\n"


@pytest.mark.parametrize("source", ["import flask", "from domain.kernel.problem import Problem", "from . import push"])
def test_a_foreign_import_is_noticed(source: str) -> None:
    assert foreign_imports(source) != set()

"""The command line: one file for each command, one sentence for each error, and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from callout import commands
from callout.cli import main

AddWord = Callable[[str, str], None]


@pytest.fixture
def add_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddWord:
    """Add a word to the command line the way a person does: by adding a file."""
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])

    def add(word: str, body: str) -> None:
        name = word.replace("-", "_")
        monkeypatch.delitem(sys.modules, f"callout.commands.{name}", raising=False)
        text = f'"""Says {word}."""\nimport click\n@click.command\ndef command():\n    {body}\n'
        (tmp_path / f"{name}.py").write_text(text)

    return add


def test_a_file_is_a_word(add_word: AddWord, capsys: pytest.CaptureFixture[str]) -> None:
    add_word("wave-hello", "click.echo('hello')")

    assert main(["wave-hello"]) == 0
    assert capsys.readouterr().out == "hello\n"


def test_help_lists_each_word_with_its_sentence_and_loads_none(
    add_word: AddWord, capsys: pytest.CaptureFixture[str]
) -> None:
    add_word("wave-hello", "pass")

    assert main(["--help"]) == 0
    assert "wave-hello Says wave-hello." in " ".join(capsys.readouterr().out.split())
    assert "callout.commands.wave_hello" not in sys.modules


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    name, version = capsys.readouterr().out.split()
    assert name == "callout"
    assert version[0].isdigit()


@pytest.mark.parametrize("args", [[], ["no-such-word"], ["wave", "--no-such-option"], ["wave", "surplus"]])
def test_bad_use_ends_with_2_and_nothing_on_stdout(
    args: list[str], add_word: AddWord, capsys: pytest.CaptureFixture[str]
) -> None:
    add_word("wave", "pass")

    assert main(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Usage: callout" in err


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (
            "from domain.kernel.problem import NotFound; raise NotFound('There is no such customer.')",
            "no such customer.",
        ),
        ("from domain.kernel.problem import NotFound; raise NotFound", "callout: There is no such thing."),
        ("open('/no/such/file')", "/no/such/file: No such file or directory."),
        ("raise ConnectionRefusedError(111, 'Connection refused')", "callout: Connection refused."),
        ("from eventsourcing.persistence import OperationalError as E; raise E('gone\\naway')", "callout: gone."),
        ("import socket; raise TimeoutError", "callout: TimeoutError."),
    ],
)
def test_a_failure_ends_with_1_and_one_sentence(
    trouble: str, sentence: str, add_word: AddWord, capsys: pytest.CaptureFixture[str]
) -> None:
    add_word("fail", trouble)

    assert main(["fail"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(sentence + "\n")
    assert err.count("\n") == 1


def test_a_fault_of_the_program_keeps_its_traceback(add_word: AddWord) -> None:
    add_word("fault", "[][0]")

    with pytest.raises(IndexError):
        main(["fault"])


def test_a_word_may_choose_its_exit_code(add_word: AddWord) -> None:
    add_word("differs", "return 3")

    assert main(["differs"]) == 3


def test_an_interrupted_word_ends_with_130_and_no_traceback(tmp_path: Path) -> None:
    body = 'click.echo("ready")\n    time.sleep(60)'
    word = f'"""Waits."""\nimport click, time\n@click.command\ndef command():\n    {body}\n'
    (tmp_path / "wait.py").write_text(word)
    start = f"from callout import cli, commands; commands.__path__.append({str(tmp_path)!r}); exit(cli.main(['wait']))"
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    with _python(heeding + start) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"

        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=20) == 130
        assert process.stderr.read().strip() == b""


def test_a_reader_that_leaves_early_causes_no_traceback() -> None:
    with _python("from callout import cli; exit(cli.main(['--help']))") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.wait(timeout=20) == 1
        assert process.stderr.read() == b""


def _python(code: str) -> subprocess.Popen[bytes]:
    """A Python of its own that sees the same rooms."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )

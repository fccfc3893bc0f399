"""The command line: finds and runs a command, and turns errors into one sentence."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click

from callout import commands
from domain.kernel.problem import Problem

FAILED = 1
INTERRUPTED = 130


class CommandGroup(click.Group):
    """A group whose commands are the files of `callout/commands/`, each imported only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands in alphabetical order (`as_of.py` is `as-of`)."""
        return sorted(_files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, or None when there is no such file."""
        file = _files().get(cmd_name)
        if file is None:
            return None
        command = import_module(f"{commands.__name__}.{file.stem}").command
        assert isinstance(command, click.Command), f"{file} has no click command named `command`"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List each command with the first sentence of its file, so that help imports none of them."""
        rows = [(name, _sentence(file)) for name, file in sorted(_files().items())]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _files() -> dict[str, Path]:
    """The commands by name, with their files."""
    return {
        name.replace("_", "-"): Path(folder) / f"{name}.py"
        for folder in commands.__path__
        for _, name, is_package in iter_modules([folder])
        if not is_package
    }


def _sentence(file: Path) -> str:
    """The first line of a file's docstring."""
    return (ast.get_docstring(ast.parse(file.read_bytes())) or "").partition("\n")[0]


@click.group(
    cls=CommandGroup, subcommand_metavar="COMMAND [ARGS]...", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="callout", message="%(prog)s %(version)s")
def line() -> None:
    """Field service from the first contact to the satisfied customer."""


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 failed, 2 badly used, 130 interrupted.

    A command may return an exit code of its own. With Python's development mode (`-X dev`) a failure keeps its
    traceback.
    """
    try:
        outcome = line.main(args, prog_name="callout", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone; without this, Python would report it again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        sentence = explain(error)
        if sentence is None or sys.flags.dev_mode:
            raise
        click.echo(f"callout: {sentence}", err=True)
        return FAILED
    return outcome if isinstance(outcome, int) else 0


def explain(error: Exception) -> str | None:
    """One sentence for an error that a person can act on; None for a fault of the program."""
    from eventsourcing.persistence import PersistenceError

    match error:
        case Problem():
            text = error.detail
        case PersistenceError():
            text = str(error).partition("\n")[0] or type(error).__name__
        case OSError(filename=str(name), strerror=str(reason)):
            text = f"{name}: {reason}"
        case OSError():
            text = error.strerror or str(error) or type(error).__name__
        case _:
            return None
    return f"{text.strip().rstrip('.')}."

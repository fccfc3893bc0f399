"""The command line of a device: `python -m sync.device`."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import NoReturn

from .commands import CHOICES, COMMANDS
from .device import Device
from .errors import BadUseError, DeviceError
from .json_text import Json, instant
from .terminal import Terminal


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Print the error without the usage, and exit."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> Parser:
    """The parser of every command with its arguments."""
    top = Parser(prog="device", description="A technician's device: it works offline, sends later and loses nothing.")
    top.add_argument("--home", default="device.db", metavar="FILE", help="the device's file (default: %(default)s)")
    top.add_argument("--url", help="the server's address; kept in the file")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    other = {"record": "type json_text", "enrol": "code --name! --as-new", "sync": "--wait", "job": "work_order"}
    other |= {"photo": "work_order file", "sign": "visit file --signer"}
    other |= dict.fromkeys(("run", "jobs", "stock", "outbox", "results", "status"), "")
    for name, members in (other | {name: text.split(" ", 1)[1] for name, text in COMMANDS.items()}).items():
        sub = commands.add_parser(
            name, help=getattr(Terminal, name).__doc__ if name in other else f"Record {COMMANDS[name].split()[0]}."
        )
        for member in members.split():
            options: Json = {"choices": CHOICES.get(member.strip("-!"))}
            if member == "--as-new":
                options = {"action": "store_true"}
            elif member.startswith("--"):
                options |= {"type": int, "default": 0} if member == "--wait" else {}
                options |= {"required": member.endswith("!"), "action": "append" if member == "--serial" else "store"}
            sub.add_argument(member.strip("!"), **options)
        if name in COMMANDS or name in ("record", "photo", "sign"):
            sub.add_argument("--at", type=instant, metavar="TIME", help="when it happened (default: now)")
    commands.choices["labour"].set_defaults(kind="work")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 failed, 2 bad use; an error is one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        with closing(Device(options.home, options.url)) as device:
            for line in Terminal(device).reply(options):
                print("".join(sign if sign.isprintable() else " " for sign in line), flush=True)
    except (DeviceError, sqlite3.Error) as error:
        print(f"{options.home}: {error}" if isinstance(error, sqlite3.Error) else error, file=sys.stderr)
        return 2 if isinstance(error, BadUseError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has closed the output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())

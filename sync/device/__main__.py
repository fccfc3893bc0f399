"""The command line of a device: `python -m sync.device`."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import NoReturn

from .device import Device
from .errors import BadUseError, DeviceError
from .json_text import Json, instant
from .terminal import Terminal
from .words import CHOICES, DEEDS


class Parser(argparse.ArgumentParser):
    """A bad command line is one sentence and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, without a page of usage."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> Parser:
    """Every word with its arguments."""
    top = Parser(prog="device", description="A technician's device: it works offline, sends later and loses nothing.")
    top.add_argument("--home", default="device.db", metavar="FILE", help="the device's file (default: %(default)s)")
    top.add_argument("--url", help="the server's address; kept in the file")
    words = top.add_subparsers(dest="word", required=True, metavar="WORD")
    other = {"record": "type json_text", "enrol": "code --name! --as-new", "sync": "--wait", "job": "work_order"}
    other |= {"photo": "work_order file", "sign": "visit file --signer"}
    other |= dict.fromkeys(("run", "jobs", "stock", "outbox", "results", "status"), "")
    for word, members in (other | {word: deed.split(" ", 1)[1] for word, deed in DEEDS.items()}).items():
        sub = words.add_parser(
            word, help=getattr(Terminal, word).__doc__ if word in other else f"Record {DEEDS[word].split()[0]}."
        )
        for member in members.split():
            options: Json = {"choices": CHOICES.get(member.strip("-!"))}
            if member == "--as-new":
                options = {"action": "store_true"}
            elif member.startswith("--"):
                options |= {"type": int, "default": 0} if member == "--wait" else {}
                options |= {"required": member.endswith("!"), "action": "append" if member == "--serial" else "store"}
            sub.add_argument(member.strip("!"), **options)
        if word in DEEDS or word in ("record", "photo", "sign"):
            sub.add_argument("--at", type=instant, metavar="TIME", help="when it happened (default: now)")
    words.choices["labour"].set_defaults(kind="work")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one word: 0 done, 1 failed, 2 bad use; an error is one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        with closing(Device(options.home, options.url)) as device:
            for line in Terminal(device).say(options):
                print("".join(sign if sign.isprintable() else " " for sign in line), flush=True)
    except (DeviceError, sqlite3.Error) as error:
        print(f"{options.home}: {error}" if isinstance(error, sqlite3.Error) else error, file=sys.stderr)
        return 2 if isinstance(error, BadUseError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A crowd that asks about the past, in a process of its own: each asks, waits as `Retry-After` says, and asks again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import sleep

from tests.support.office_client import OfficeClient

ROOT = Path(__file__).parents[1]
PATHS = ("stock-movements", "discrepancies", "work-orders", "stock", "cases", "parts")


class Askers:
    """The crowd, for its parent process; `answers` counts them by status when it has ended."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}


@contextmanager
def askers_at(url: str, token: str, many: int, head: int) -> Iterator[Askers]:
    """Context in which so many ask about positions up to `head`."""
    command = [sys.executable, "-m", "benchmarks.past_askers", url, token, str(many), str(head)]
    found = Askers()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield found
            output, _ = process.communicate("")
            found.answers = json.loads(output)
        finally:
            process.kill()


def main(url: str, token: str, many: int, head: int) -> None:
    """Ask until the standard input ends, then write the counts of the answers to the standard output."""
    answers: Counter[str] = Counter()
    stop = threading.Event()

    def ask(number: int) -> None:
        dice, desk, path = Random(number), OfficeClient(url, token), ""
        while not stop.is_set():
            path = path or f"/api/v1/{dice.choice(PATHS)}?known_at={dice.randrange(head // 2, head)}&limit=50"
            answer = desk.ask("GET", path)
            path = path if answer.status == 503 else ""  # the same again, as 503 requests
            problem = "" if answer.status == 200 else " " + str(answer.json()["type"]).rpartition("/")[2]
            missing = " without Retry-After" if answer.status == 503 and "retry-after" not in answer.headers else ""
            answers[f"{answer.status}{problem}{missing}"] += 1
            stop.wait(float(answer.headers.get("retry-after", "0")))

    for number in range(many):
        threading.Thread(target=ask, args=(number,), daemon=True).start()
    sys.stdin.read()
    stop.set()
    sleep(0.1)
    sys.stdout.write(json.dumps(answers))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

"""Issue 8, 4: what a body costs to read grows with its length, however its quotes, names and brackets are set."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import msgspec
import pytest

from domain.access.device_limits import MOST_PUSH_BYTES
from domain.kernel.characters import unfit_place
from sync.splitting import elements_of, members_of

GENEROUS_SECONDS = 60
"""A megabyte is read in well under a second; what is quadratic takes an hour."""
READ = """
import sys
from domain.kernel.problem import Problem
from sync.envelope import parse_push
begin, again, end = sys.argv[1:]
room = 1024 * 1024 - len(begin) - len(end)
body = begin + again * (room // len(again)) + end
try:
    parse_push(body.encode("latin-1"))
except Problem as problem:
    print(problem.code)
"""
OPERATION = '{"incarnation":1,"now":"2026-11-20T12:00:00Z","operations":[{"id":"0191cb40-11d2-7000-8f00-9d0f6b7c0001",'


@pytest.mark.parametrize(
    ("begin", "again", "end"),
    [
        ('{"operations":"', '\\"', ""),
        ('{"operations":', '"\\"', ""),
        ('{"operations":[{"id":"x","seq":1,"data":"', '\\"', ""),
        (OPERATION + '"seq":1,"x":"', '\\"', "}]}"),
        (OPERATION + '"seq":1,"x":NaN,"y":"', '\\"', '"}]}'),
        ("{" + " " * 1000, " ", '"'),
        ('{"operations":[', ",", "]}"),
        ('{"operations":[NaN', "[]", "]}"),
        ("{", '"":,', '"":1}'),
        ("{", "\\", ""),
    ],
)  # fmt: skip
def test_a_megabyte_of_quotes_that_end_nowhere_stops_nobody(begin: str, again: str, end: str) -> None:
    """Issue 8, 4: one such body kept a whole process busy for an hour."""
    command = [sys.executable, "-c", READ, begin, again, end]

    read = subprocess.run(command, timeout=GENEROUS_SECONDS, check=True, capture_output=True, text=True)

    assert read.stdout.strip() in ("malformed-envelope", "batch-too-large", "")


@pytest.mark.parametrize("text", [b'{"a":"', b'{"a":1,"b', b'{"a":"\\"}', b'["', b'[1,"x\\"]'])
def test_a_text_without_an_end_has_no_parts(text: bytes) -> None:
    assert members_of(text) is None
    assert elements_of(text) is None


def test_a_long_name_above_many_values_is_written_once() -> None:
    """Issue 8, 4: a sibling: the place of each of many values was written out, each with the long names above it."""
    many, name = 10_000, "a" * 100_000
    body = msgspec.json.decode(msgspec.json.encode({name: [0] * many + ["\u0000"]}))
    assert many * len(name) > 100 * MOST_PUSH_BYTES
    tracemalloc.start()

    assert unfit_place(body) == f"/{name}/{many}"

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * MOST_PUSH_BYTES


def test_the_place_of_what_is_unfit_is_a_pointer() -> None:
    body = {"a/b": [{"~": "fine"}, {"~": ["x", "\x07"]}]}

    assert unfit_place(body) == "/a~1b/1/~0/1"
    assert unfit_place("\x07") == ""
    assert unfit_place({"x": {"\x07": 1}}) == "/x"
    assert unfit_place({"x": [1, None]}) is None

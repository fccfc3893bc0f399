"""Issue 9, 9: days and local times are made in one place only; every other mention of a day has its reason here."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HELPER = "domain/kernel/local_time.py"
ROOMS = ("api", "benchmarks", "callout", "domain", "migrations", "projections", "store", "sync", "web")
CALLS = frozenset({"date", "today", "combine", "utcnow", "utcfromtimestamp"})
SQL = re.compile(r"AT TIME ZONE|::\s*date\b|date_trunc|CURRENT_DATE|\bto_char\(|LOCALTIME", re.IGNORECASE)
SCRIPT = re.compile(r"\.(get|set)(UTC)?(Date|Day|Hours|Month|FullYear)\(|toLocale\w*String|toDateString")

INTERVAL = "so many times 24 hours since something technical; nobody reads it on a calendar"
STAMP = "writes an instant in UTC, as records and documents have it"
BUCKET = "counts events of a minute or an hour, for limits"
REASONS = {
    "api/http/fields.py parse_local(value).date": "only asks whether it can be read",
    "callout/commands/import.py as_of.date": "a day typed without a clock time, not an instant",
    "callout/commands/security_log.py timedelta(days": "a length of time that an operator asks back; days of 24 hours",
    "callout/demo/founding.py timedelta(days": "moves a date, not an instant",
    "callout/demo/steps.py timedelta(days": "moves a date, not an instant",
    "callout/jobs.py timedelta(days": INTERVAL,
    "callout/worker.py timedelta(days": INTERVAL,
    "store/blobs/sweeping.py timedelta(days": INTERVAL,
    "store/device_tokens.py timedelta(days": INTERVAL,
    "store/long_jobs.py timedelta(days": INTERVAL,
    "sync/cursor.py timedelta(days": INTERVAL,
    "domain/kernel/instant.py localtime": "a zone that is refused, since each machine has its own under this name",
    "domain/kernel/bounds.py EARLIEST.date": "a bound of years, where a day more or less does not matter",
    "domain/kernel/bounds.py at.date": "a bound of years, where a day more or less does not matter",
    "domain/kernel/bounds.py timedelta(days": "a bound of a year, where a day more or less does not matter",
    "projections/work/warranties.py timedelta(days": "moves a date, not an instant",
    "migrations/0001_log.sql": STAMP,
    "migrations/0012_append.sql": STAMP,
    "migrations/0016_verified_reads.sql": STAMP,
    "migrations/0023_security_events.sql": BUCKET,
    "migrations/0028_security_log_shares.sql": BUCKET,
    "sync/clock.py timedelta(days": "how far back people date what they did; 24 hours",
    "sync/device/outbox.py timedelta(days": "how far back people date what they did; 24 hours",
    "sync/device/json_text.py .astimezone()": "an instant typed without an offset is one of its own machine",
    "sync/device/world.py .astimezone()": "the clock of the device, in the zone of its own machine",
    "sync/device/printing.py .astimezone()": "shows an instant without a place in the zone of its own machine",
}


def files(*endings: str) -> Iterator[tuple[str, str]]:
    """The name and text of each file of the project with such an ending."""
    for room in (*ROOMS, "docs/clients"):
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix in endings and "__pycache__" not in file.parts:
                yield file.relative_to(ROOT).as_posix(), file.read_text()


def mentions(text: str) -> Iterator[str]:
    """Each place in a Python text where a day or a local time is made."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := SQL.search(node.value)):
            yield found[0]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        if name in CALLS and "." in called and called != "click.date":
            yield called
        elif name == "timedelta" and any(word.arg in {"days", "weeks"} for word in node.keywords):
            yield "timedelta(days"
        elif (name == "timedelta" and node.args and ast.unparse(node.args[0]) != "0") or name == "ZoneInfo":
            yield called
        elif name == "astimezone" and (not node.args or ast.unparse(node.args[0]) not in {"UTC", "timezone.utc"}):
            yield ".astimezone()" if not node.args else f".astimezone({ast.unparse(node.args[0])})"


ZONES_READ = {
    "domain/kernel/instant.py ZoneInfo": "asks whether there is such a zone",
    "domain/care/site_zone.py ZoneInfo": "compares the zones of a country with each other",
    "domain/care/site_zone.py .astimezone(place)": "compares the zones of a country with each other",
}


def test_every_day_is_made_by_the_helper_or_has_a_reason() -> None:
    known = REASONS | ZONES_READ
    found = Counter(f"{name} {mention}" for name, text in files(".py") if name != HELPER for mention in mentions(text))
    found |= Counter(name for name, text in files(".sql") if SQL.search(text))
    without = sorted(found.keys() - known.keys())
    assert not without, f"make days with {HELPER}, which knows the zone, or give the reason here: {without}"
    assert not known.keys() - found.keys(), "these exceptions are no longer needed"


def test_scripts_and_templates_make_no_days_and_show_no_times_of_the_reader_s_zone() -> None:
    found = [name for name, text in files(".js", ".mjs", ".html") if SCRIPT.search(text)]
    assert found == [], "times of a place are shown in its zone: have the server send them as local times"


def test_the_walk_finds_what_it_looks_for() -> None:
    text = """
on = (body.occurred_at or now()).date()
later = at + timedelta(days=2)
midnight = datetime.combine(day, time())
day = date.today()
rows = fetch("SELECT at::date FROM visits")
shown = at.astimezone(ZoneInfo(zone))
"""
    assert len(list(mentions(text))) == 7

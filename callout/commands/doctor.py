"""Say in sentences what is wrong, and what to do; exit code 1 when something is."""

from __future__ import annotations

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Say it as one line of JSON.")
def command(as_json: bool) -> int:
    """Say in sentences what is wrong, and what to do, starting and changing nothing; exit code 1 when something is."""
    from callout.console import say, say_json
    from callout.doctor.catalogue import examine
    from callout.doctor.patient import examined
    from callout.settings import Settings

    with examined(Settings.from_environment()) as patient:
        found = list(examine(patient))
    bad = sum(finding.level == "wrong" for _, finding in found)
    if as_json:
        say_json({"well": not bad, "findings": [{"check": name, **finding._asdict()} for name, finding in found]})
        return 1 if bad else 0
    for name, finding in found:
        mark = {"ok": "ok    ", "advice": "advice", "wrong": "WRONG "}[finding.level]
        say(f"{mark} {name}: {finding.says}{f' {finding.do}' if finding.do else ''}")
    say(f"{bad} thing(s) wrong." if bad else "Nothing is wrong.")
    return 1 if bad else 0

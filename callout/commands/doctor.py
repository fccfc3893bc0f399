"""Check the installation, and print what is wrong and what to do; exit code 1 when something is wrong."""

from __future__ import annotations

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one line of JSON.")
def command(as_json: bool) -> int:
    """Check the installation, and print what is wrong and what to do; exit code 1 when something is wrong.

    Starts and changes nothing.
    """
    from callout.console import print_json, print_line
    from callout.doctor.catalogue import examine
    from callout.doctor.system import open_system
    from callout.settings import Settings

    with open_system(Settings.from_environment()) as system:
        found = list(examine(system))
    bad = sum(finding.level == "wrong" for _, finding in found)
    if as_json:
        findings = [{"check": name, "level": each.level, "says": each.text, "do": each.do} for name, each in found]
        print_json({"well": not bad, "findings": findings})
        return 1 if bad else 0
    for name, finding in found:
        mark = {"ok": "ok    ", "advice": "advice", "wrong": "WRONG "}[finding.level]
        print_line(f"{mark} {name}: {finding.text}{f' {finding.do}' if finding.do else ''}")
    print_line(f"{bad} thing(s) wrong." if bad else "Nothing is wrong.")
    return 1 if bad else 0

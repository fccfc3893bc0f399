"""The page on authority, made from the table and the policy: `python -m tests.support.authority_page` writes it."""

from __future__ import annotations

import re
from pathlib import Path

from api.http.policy import ANYONE, DEVICE, EVERYBODY, LEAVING_DEVICE, POLICY
from tests.support.authority import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "authority.md"

MOST_OF_A_CREATE = 3
"""As many strokes has the path of a route that creates: `/api/v1/parts`."""
MOST_OF_A_THING = 4
"""As many has that of one thing: `/api/v1/parts/{id}`."""

HEAD = """\
# Who may do what, to what

Made by `.venv/bin/python -m tests.support.authority_page` from the table in `tests/support/authority.py` and from
`api/http/policy.py`. A test compares them, tries every row of the first table with two technicians and two customers
against each other, and plants a bug in each row, which must be found.

A company is one database: users of the office see everything that their role may read, so what belongs together is
checked, not hidden. A phone belongs to one technician. **Facts are never refused**: about somebody else's things they
are recorded with a notice, have no effect on these things, and add no document to the slice. **Only the office
assigns**: work orders, visits and vans. A technician who is deactivated keeps the login of a user, if they
have one: an administrator has to disable it separately.

## Conditions on the things of a request

| thing | from | request | condition | otherwise |
|---|---|---|---|---|
"""

ROLES = """
"201" above: it becomes a new device, and the other one keeps its identity, its key and its tokens.

## Which roles may use what

| | roles |
|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [f"| {row.thing} | {row.asker} | {row.asked} | {row.whose} | {row.otherwise} |\n" for row in ROWS]
    return HEAD + "".join(rows) + ROLES + "".join(_roles())


def _roles() -> list[str]:
    """One line for all routes of a noun that the same roles open."""
    lines: dict[tuple[str, str], list[str]] = {}
    for route, allowed in POLICY.items():
        method, path = route.split(" ")
        noun = re.sub(r"^/(?:api|sync)/v1/", "", path).split("/")[0] if "/v1/" in path else path
        area = "sync " if path.startswith("/sync") else ""
        lines.setdefault((area + noun, _who(allowed)), []).append(_word(method, path))
    return [f"| {noun}: {', '.join(dict.fromkeys(words))} | {who} |\n" for (noun, who), words in lines.items()]


def _word(method: str, path: str) -> str:
    """What a route does: a command's name, or what is read, with the part of a thing that has a route of its own."""
    last = path.rpartition("/")[2]
    if method == "GET":
        return f"read {last}" if path.count("/") > MOST_OF_A_THING and not last.startswith("{") else "read"
    return last if path.count("/") > MOST_OF_A_CREATE else "create"


def _who(allowed: frozenset[str]) -> str:
    named = {
        ANYONE: "anyone",
        DEVICE: "a device",
        LEAVING_DEVICE: "a device, also a revoked one",
        EVERYBODY: "every user",
    }
    return named.get(allowed) or ", ".join(sorted(allowed))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""Refuses control characters in paths and queries of the office's API before a view is called."""

from __future__ import annotations

from flask import request

from api.http.body import control_character_problem
from api.http.noun import PREFIX
from domain.kernel.characters import UNFIT


def reject_control_characters() -> None:
    """Raise `BadInput` for a control character in a parameter's name or value; Flask calls this for each request."""
    if not request.path.startswith(f"{PREFIX}/"):
        return
    given = [*(request.view_args or {}).items(), *request.args.items(multi=True)]
    for name, value in given:
        if UNFIT.search(name):
            raise control_character_problem("")
        if isinstance(value, str) and UNFIT.search(value):
            raise control_character_problem(f"/{name}")

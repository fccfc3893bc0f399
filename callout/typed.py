"""Whole numbers as they are typed at the command line, in plain digits only."""

from __future__ import annotations

from typing import Any

import click

from domain.kernel.digits import whole_number


class Whole(click.IntRange):
    """Replaces the framework's own type, which accepts signs, underscores and digits of any script."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; fails for another spelling, and outside the range."""
        number = whole_number(value) if isinstance(value, str) else value
        if number is None:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return int(super().convert(number, param, ctx))

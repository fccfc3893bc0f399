"""Whole numbers within paths, in plain digits without leading zeros."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter

from domain.kernel.digits import PATTERN


class WholeNumber(IntegerConverter):
    """Replaces the framework's own converter, which accepts leading zeros, digits of any script and any length."""

    regex = PATTERN

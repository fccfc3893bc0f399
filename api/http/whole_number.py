"""Whole numbers within paths: the same one spelling for each as everywhere else."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter

from domain.kernel.digits import PATTERN


class WholeNumber(IntegerConverter):
    """Takes the place of the framework's own, which reads leading zeros, digits of any script and any length."""

    regex = PATTERN

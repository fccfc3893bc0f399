"""A broken promise."""

from __future__ import annotations


class Violation(AssertionError):  # noqa: N818 - a promise is violated, whoever made the error
    """`promise` is what should have held, as in docs/reliability.md; the message has what was seen."""

    def __init__(self, promise: str, seen: str) -> None:
        super().__init__(f"{promise}: {seen}")
        self.promise = promise


def must(held: object, promise: str, seen: str) -> None:
    """Raise `Violation` unless the promise held."""
    if not held:
        raise Violation(promise, seen)

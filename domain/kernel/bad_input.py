"""Problems of input with one wrong member."""

from __future__ import annotations

from domain.kernel.problem import BadInput


def bad_member(pointer: str, detail: str) -> BadInput:
    """The problem of one member: `pointer` is the JSON pointer to it, `detail` a sentence about what to send."""
    return BadInput.of_member(pointer, detail)

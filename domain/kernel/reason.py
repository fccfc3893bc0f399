"""Reasons: a code from a short list where one fits, else free text."""

from __future__ import annotations

from collections.abc import Collection

OTHER = "other"


def reason_and_note(reason: str, codes: Collection[str]) -> dict[str, str | None]:
    """The fields `reason` and `note` of an event: the code that `reason` is and no note, or `other` and the words.

    Codes may be counted and stay for ever; free text may be about a person and is erased with them.
    """
    if reason in codes:
        return {"reason": reason, "note": None}
    return {"reason": OTHER, "note": reason if reason != OTHER else None}

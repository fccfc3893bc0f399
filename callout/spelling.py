"""When two names that people type are the same one, however they were typed."""

from __future__ import annotations

from unicodedata import normalize


def spelled(text: str) -> str:
    """A name as it is compared: form (NFKC), case and blanks make no other one."""
    return " ".join(normalize("NFKC", text).casefold().split())

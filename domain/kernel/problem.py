"""Problems: exceptions whose docstring is their title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Self

TYPE = "https://callout.example/problems/"
"""The prefix of a problem's code in its type URI."""


class Kind(StrEnum):
    """The kind of a problem; `api` maps each kind to one HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    PRECONDITION = "precondition"
    GONE = "gone"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"
    UNPROCESSABLE = "unprocessable"
    UPGRADE = "upgrade"
    RATE_LIMITED = "rate-limited"
    UNAVAILABLE = "unavailable"


class Problem(Exception):  # noqa: N818 - a problem is what the field calls it (RFC 9457), not only an error
    """Something is wrong.

    `detail` is one sentence a person can act on; `errors` are `{"pointer", "detail"}` pairs for bad input;
    `members` are further members of the problem document.
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "problem"

    def __init__(self, detail: str = "", *, errors: Sequence[Mapping[str, str]] = (), **members: object) -> None:
        super().__init__(detail or self.title())
        self.detail = detail or self.title()
        self.errors = list(errors)
        self.members = members

    @classmethod
    def of_member(cls, pointer: str, detail: str, *, summary: str | None = None, **members: object) -> Self:
        """The problem of one member of the input.

        `pointer` is the JSON pointer to it, `detail` says what is wrong with it; so does the whole problem, unless
        `summary` does.
        """
        detail_of_all = detail if summary is None else summary
        return cls(detail_of_all, errors=[{"pointer": pointer, "detail": detail}], **members)

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Derive the code from the class name unless it is given (`SequenceGap` → `sequence-gap`)."""
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring, which reads as a sentence."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class NotFound(Problem):
    """There is no such thing."""

    kind = Kind.NOT_FOUND


class BadInput(Problem):
    """The input does not have the form that is asked for."""

    kind = Kind.INVALID
    code = "invalid-input"


class NotAllowed(Problem):
    """This is not allowed for who is asking."""

    kind = Kind.FORBIDDEN
    code = "forbidden"


class Refused(Problem):
    """The rules of the business do not allow this now."""

    kind = Kind.CONFLICT


class SomebodyWasFaster(Problem):
    """The thing has changed since it was read."""

    kind = Kind.PRECONDITION
    code = "version-mismatch"

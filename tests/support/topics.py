"""The shapes of all events as lasting data; `python -m tests.support.topics` adds the new ones to the snapshot."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.kernel.aggregate import PERSONAL
from domain.topics import EVENT_CLASSES
from tests.support.given_when_then import OF_THE_LIBRARY

SNAPSHOT = Path(__file__).parents[1] / "domain" / "topics.json"
PLAIN = (str, int, bool, UUID, datetime, date, Decimal)
Shape = dict[str, Any]


def shape_of(kind: type) -> Shape:
    """What is stored of one kind of event: whose personal texts it holds, and each field's name and type."""
    hints = get_type_hints(kind, include_extras=True)
    own = [field for field in dataclasses.fields(kind) if field.name not in OF_THE_LIBRARY]
    fields = {field.name.rstrip("_"): describe(hints[field.name], field.default) for field in own}
    return {"person": kind.PERSON, "fields": fields} if has_words(fields) else {"fields": fields}  # type: ignore[attr-defined]


def has_words(fields: Shape) -> bool:
    """Whether any of the fields is personal."""
    return any(field.get("personal") for field in fields.values())


def describe(hint: Any, default: Any) -> Shape:
    """A field's type in words, the values it may have where they are listed, and whether it can be left out."""
    personal = get_origin(hint) is Annotated and PERSONAL in get_args(hint)
    words, values = name_of(get_args(hint)[0] if get_origin(hint) is Annotated else hint)
    described: Shape = {"type": words}
    if values:
        described["values"] = sorted(values)
    if personal:
        described["personal"] = True
    if default is not dataclasses.MISSING:
        described["optional"] = True
    return described


def name_of(hint: Any) -> tuple[str, list[str]]:
    """The name of a type that may be stored, and the values it lists; raises `TypeError` for any other type."""
    if hint in PLAIN:
        return hint.__name__, []
    if get_origin(hint) is Literal:
        return "one of", [str(value) for value in get_args(hint)]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "one of", [member.value for member in hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and hint.__struct_config__.frozen:
        parts = [f"{each}: {name_of(part)[0]}" for each, part in get_type_hints(hint).items()]
        return f"{{{', '.join(parts)}}}", []
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        words, values = name_of(get_args(hint)[0])
        return f"list of {words}", values
    if get_origin(hint) in (Union, UnionType):
        [inner] = [each for each in get_args(hint) if each is not NoneType]
        words, values = name_of(inner)
        return f"{words} or null", values
    raise TypeError(f"{hint} cannot be stored for ever")


def shapes() -> dict[str, dict[str, Shape]]:
    """The present shape of every event, by topic and schema version."""
    return {topic: {str(kind.class_version): shape_of(kind)} for topic, kind in EVENT_CLASSES.items()}  # type: ignore[attr-defined]


def snapshot() -> dict[str, dict[str, Shape]]:
    """The shapes that have been promised."""
    recorded: dict[str, dict[str, Shape]] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return recorded


def broken(promised: Shape, present: Shape) -> list[str]:
    """What of the promised fields is gone or another, and what is new and cannot be left out."""
    was, now, found = promised["fields"], present["fields"], []
    for name in was:
        if name not in now:
            found.append(f"{name} is gone")
        elif {**was[name], "values": ()} != {**now[name], "values": ()}:
            found.append(f"{name} is another")
        elif lost := set(was[name].get("values", ())) - set(now[name].get("values", ())):
            found.append(f"{name} cannot be {', '.join(sorted(lost))} any more")
    found += [f"{name} is new and has no default" for name in now if name not in was and "optional" not in now[name]]
    if promised.get("person", present.get("person")) != present.get("person"):
        found.append("the words are another person's")
    return found


def extend() -> None:
    """Promise the present shapes as well; raises `SystemExit` where one breaks what was promised of its version."""
    promised = snapshot() if SNAPSHOT.exists() else {}
    for topic, versions in shapes().items():
        for version, shape in versions.items():
            if version in promised.get(topic, {}) and (found := broken(promised[topic][version], shape)):
                raise SystemExit(f"{topic}: {', '.join(found)}. Give it another class_version and an upcast.")
        promised[topic] = promised.get(topic, {}) | versions
    lines = [f"{json.dumps(topic)}: {json.dumps(promised[topic])}" for topic in sorted(promised)]
    SNAPSHOT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    extend()

"""What the rows of ONNX's operators have in common: inputs by their places, and ATen's rows under other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy

from derivation.models.graph import NoRow, Ref
from derivation.models.quantities import Value
from derivation.models.rows import ROWS as ATEN
from derivation.models.writer import Call, Row
from derivation.words.telling import tell


def aten(name: str, *inputs: str, named: Mapping[str, str] | None = None, **usual: Any) -> Row:
    """An operator of ATen's: `inputs` are the names of its inputs there, `named` what attributes are called there,
    `usual` what attributes are where they are not said."""

    def row(call: Call) -> Value | tuple[Value, ...]:
        given = dict(call.node.arguments)
        refs = given.pop("inputs")
        attributes = {**usual, **{(named or {}).get(key, key): value for key, value in given.items()}}
        return ATEN[name](call_of(call, name, {**attributes, **dict(zip(inputs, refs, strict=False))}))

    return row


def call_of(call: Call, key: str, arguments: Mapping[str, Any]) -> Call:
    return Call(call.writer, replace(call.node, key=key, arguments=arguments))


def x(call: Call, place: int = 0, letter: str = "") -> Value:
    """An input by its place."""
    found = perhaps(call, place, letter)
    if found is None:
        raise NoRow(tell("models.no_array", key=place + 1))
    return found


def perhaps(call: Call, place: int, letter: str = "") -> Value | None:
    refs = call.node.arguments["inputs"]
    return call.writer.value(refs[place], letter) if place < len(refs) and isinstance(refs[place], Ref) else None


def known(call: Call, place: int, attribute: str = "") -> Any:
    """The numbers of an input that have to be known, or an attribute; None where neither is there."""
    refs = call.node.arguments["inputs"]
    if place < len(refs) and isinstance(refs[place], Ref):
        found = call.writer.known(refs[place])
        if found is None:
            raise NoRow(tell("models.unknown", key=refs[place].name))
        return found
    found = call.option(attribute) if attribute else None
    return None if found is None else numpy.asarray(found)

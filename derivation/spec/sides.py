"""Both sides of an equation: what stands on the left, one name or several, and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derivation.formulas.arrays import Array
from derivation.formulas.language.expressions import parse, parse_several
from derivation.formulas.language.letters import NAME
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.syntax import Syntax
from derivation.spec.sections import uses
from derivation.words.telling import tell

EQUATION = re.compile(
    rf"\s*(?:self\.)?(?P<name>{NAME}(?:\.(?!data\b){NAME})*)(?:\.data)?\s*"
    rf"(?:\[\s*(?:(?P<variable>[^\W\d]\w*)\s*(?P<offset>[+-]\s*\d{{1,6}})?|(?P<fixed>\d{{1,6}}))\s*\]\s*)?"
    r"(?P<change>\*\*|[-+*/@])?=(?!=)\s*"
)
"""The left side: a name (`self.h` is h, `layer.h` is layer_h, `h.data` is h), or a name at a step (`h[t]`, `h[0]`), and the
sign of `+=`."""
SEVERAL = re.compile(r"\s*(?P<open>[(\[])?(?P<left>[^=()]+,[^=()]*)(?(open)[)\]])\s*=(?!=)\s*")
"""Several left sides with commas between them."""
PASSED = "_"
"""Stands among several names where a value has none."""


def left_sides(text: str) -> list[re.Match[str]]:
    """Each name on the left of a line, with its step and with the sign; none where there is no equation.

    >>> [match["name"] for match in left_sides("a, b = x")]
    ['a', 'b']
    """
    if match := EQUATION.match(text):
        return [match]
    several = SEVERAL.match(text)
    if not several:
        return []
    at, sign = several.start("left"), text.rindex("=", 0, several.end())
    found = list[re.Match[str]]()
    for part in several["left"].rstrip(", ").split(","):
        match = EQUATION.match((" " * at + part).ljust(sign) + text[sign : several.end()])
        if match is None:
            return []
        found.append(match)
        at += len(part) + 1
    return found


def right_sides(text: str, names: Sequence[re.Match[str]], given: Mapping[str, Array]) -> Sequence[Syntax]:
    """What each of several names stands for; `SyntaxProblem` where one that is given on this line is used for
    another."""
    if len(names) == 1:
        return [parse(text, given)]
    values = parse_several(text, len(names), given)
    for place, value in enumerate(values):
        if known := uses(value) & {match["name"] for match in names[:place]}:
            raise SyntaxProblem(value.at, tell("unpacking.at_once", key=min(known)))
    return values

"""What to write instead: the tables and keys that others call otherwise, names that nothing has, shapes that do not
fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from derivation.formulas.arrays import Shape, describe
from derivation.formulas.language.functions import FUNCTIONS
from derivation.formulas.language.lexing import UnknownName
from derivation.formulas.language.suggestions import near_name
from derivation.words.telling import extended, listed, tell

MOST_GIVENS = 4
"""Quantities that are named beside shapes that do not fit."""
MEANT_TABLES = {
    **dict.fromkeys(
        ("inputs", "input", "dataset", "samples", "constants", "given", "targets", "target", "batch", "x"), "data"
    ),
    **dict.fromkeys(("weights", "params", "values", "variables", "theta", "learnable", "trainable"), "parameters"),
    **dict.fromkeys(
        ("optimizer", "optimiser", "optim", "training", "train", "sgd", "adam", "step", "learning"), "update"
    ),
    **dict.fromkeys(("network", "net", "equations", "architecture", "forward", "graph", "layers"), "model"),
    **dict.fromkeys(("symbols", "names", "latex"), "notation"),
    **dict.fromkeys(("exercises", "exercise", "worksheet", "vary"), "variants"),
}
MEANT_KEYS = {
    **dict.fromkeys(("objective", "cost", "criterion", "error"), "loss"),
    **dict.fromkeys(("formulas", "eqs", "formula", "layers", "forward"), "equations"),
    **dict.fromkeys(("name", "heading"), "title"),
    **dict.fromkeys(("precision", "significant", "significant_digits"), "digits"),
    **dict.fromkeys(("decimals", "decimal_places"), "places"),
    "lang": "language",
}
"""What people call our tables and keys."""
FITTING = frozenset({"operands.misfit", "spec.loss_no_scalar", "spec.output_no_scalar"})
"""Sentences about shapes, which a value may be to blame for."""


def table(key: str, known: Iterable[str]) -> str:
    """The table that may be meant by one that there is not; "" where none is near.

    >>> table("Inputs", ["model", "data"]), table("modle", ["model", "data"])
    ('data', 'model')
    """
    return MEANT_TABLES.get(key.lower()) or near_name(key, known)


def key(key: str, known: Collection[str]) -> str:
    """The key that may be meant by one that there is not; "" where none is near."""
    meant = MEANT_KEYS.get(key.lower(), "")
    return meant if meant in known else near_name(key, known)


def unknown(problem: UnknownName, known: Iterable[str], lines: Mapping[str, int]) -> str:
    """What to say of a name that nothing has: which steps there are, how a first step is called, where a name stands
    that is near."""
    name, known = problem.name, list(known)
    stem, _, step = name.rpartition("_")
    steps = sorted(int(other[len(name) + 1 :]) for other in known if re.fullmatch(rf"{re.escape(name)}_\d+", other))
    if steps:
        return tell("spec.no_such_step", key=name, first=steps[0], last=steps[-1])
    if stem and step.startswith("-"):
        return tell("spec.before_first_step", key=stem, step=step)
    given = next((other for other in (f"{stem}{step}", stem) if stem and step.isdecimal() and other in lines), "")
    if given and given in known:
        return tell("spec.first_step", key=name, step=f"{stem}[{step}]", given=given, place=_at(given, lines))
    if name in FUNCTIONS:
        return tell("spec.called_so", key=name)
    near = near_name(name, known)
    return (
        extended(problem.message, "spec.near_at", near=near, place=_at(near, lines))
        if near in lines
        else problem.message
    )


def _at(name: str, lines: Mapping[str, int]) -> str:
    return tell("spec.at_line", line=lines[name])


def twice(name: str, line: int) -> str:
    """What to say of an equation for a name that has a value, in this line."""
    return tell("spec.twice_with_value", key=name, line=line)


def with_givens(message: str, shapes: Mapping[str, Shape], lines: Mapping[str, int]) -> str:
    """What is said of shapes that do not fit, with the given quantities that take part, and where they stand."""
    if getattr(message, "code", "") not in FITTING or not shapes:
        return message
    found = [
        tell("spec.given_at", key=name, shape=describe(shape), place=_at(name, lines)) for name, shape in shapes.items()
    ]
    return extended(message, "spec.givens", given=listed(found[:MOST_GIVENS]))

"""Exports for tests: files in memory, and a student's answers as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

from loose import loose
from places import ROOT

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exercise.exercise import exercise as made
from derivation.exercises.exports import export
from derivation.exercises.exports.formats import ExportFormat
from derivation.exercises.plan.contract import Contract
from derivation.exercises.search.solve import draw

EVIL = "<&]]>\"'{1:NM:=1}\\( {{{params.x}}} $x$ \x01 a/b"
"""A title that no format may stumble over."""


def article(**changes: object) -> Exercise:
    """The article's exercise, its contract changed."""
    found = loose(ROOT / "examples" / "two-two-one.toml")
    return made(found.network, replace(found.plan, contract=Contract(**changes))) if changes else found  # type: ignore[arg-type]


def titled(exercise: Exercise, title: str) -> Exercise:
    return made(replace(exercise.network, title=title), exercise.plan)


def files(form: ExportFormat, exercise: Exercise, count: int, seed: int = 1, portion: int = 7) -> dict[str, bytes]:
    found: dict[str, bytes] = defaultdict(bytes)
    for path, content in export(form, exercise, lambda: draw(exercise, seed, count), portion):
        for piece in content:
            found[path] += piece
    return dict(found)


def given(variant: Variant) -> dict[str, list[Fraction]]:
    """The variant's numbers as plain fractions."""
    return {
        quantity.args[0]: [Fraction(int(x.p), int(x.q)) for x in array.entries]
        for quantity, array in variant.given.items()
    }


def typed(values: Mapping[str, Fraction], digits: int = 4) -> dict[str, str]:
    """What a student types who rounds to significant digits, by `decimal` and not by ours."""
    with localcontext() as context:
        context.prec = digits
        return {key: f"{Decimal(x.numerator) / Decimal(x.denominator):f}" for key, x in values.items()}

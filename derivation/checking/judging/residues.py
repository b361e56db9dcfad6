"""Residues of whole numbers: whether two sides of a congruence leave the same."""

from __future__ import annotations

import math

from derivation.checking.judging.context import Judgement
from derivation.checking.reading.trees import Tree
from derivation.words.telling import tell

MAXIMAL_EXPONENT = 10**60
"""Exponents that are worked out: powers of numbers up to it with exponents up to 200."""
MAXIMAL_TOWER = 200
TIMES = frozenset(["", r"\cdot", r"\times", "*"])


def congruent(left: Tree, right: Tree, modulus: int) -> Judgement:
    """The judgement on a congruence."""
    holds = are_congruent(left, right, modulus)
    if holds is None:
        return Judgement("undecided", tell("undecided.residues"))
    return Judgement("exact") if holds else Judgement("wrong", tell("wrong.residues", modulus=modulus), at=right.start)


def are_congruent(left: Tree, right: Tree, modulus: int) -> bool | None:
    """Whether two sides leave the same residue; None where one holds something else than whole numbers, or too large a
    power."""
    first, second = residue(left, modulus), residue(right, modulus)
    return None if first is None or second is None else first == second


def residue(tree: Tree, modulus: int) -> int | None:
    """The residue of a sum, product or power of whole numbers; of an exponent, which has none, the number itself."""
    if tree.head == "number":
        return _left(int(tree.args[0]), modulus) if tree.args[0].isdecimal() else None
    if tree.head == "^":
        return power(tree.children[0], tree.children[1], modulus)
    parts = [part for child in tree.children if (part := residue(child, modulus)) is not None]
    if len(parts) < len(tree.children):
        return None
    if len(parts) == 2 and tree.head in TIMES:
        return _left(parts[0] * parts[1], modulus)
    if len(parts) == 2 and tree.head in ("+", "-"):
        return _left(parts[0] + (parts[1] if tree.head == "+" else -parts[1]), modulus)
    if len(parts) == 1 and tree.head in ("group", "u-"):
        return _left(-parts[0] if tree.head == "u-" else parts[0], modulus)
    return None


def power(base: Tree, exponent: Tree, modulus: int) -> int | None:
    """The residue of a power, or of the inverse of one; None where its exponent is too large."""
    root, count = residue(base, modulus), residue(exponent, 0)
    if root is None or count is None or abs(count) > MAXIMAL_EXPONENT:
        return None
    if modulus:
        return pow(root, count, modulus) if count >= 0 or math.gcd(root, modulus) == 1 else None
    return root**count if 0 <= count <= MAXIMAL_TOWER and abs(root) <= MAXIMAL_TOWER else None


def _left(value: int, modulus: int) -> int:
    return value % modulus if modulus else value

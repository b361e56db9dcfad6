r"""One quantity in two units: `80{,}5~\text{km/h} = 22{,}4~\text{m/s}`, `\arctan 0.147 = 8.4^\circ`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flint import arb, fmpq

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.intervals import half_unit
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_closed, is_number
from derivation.checking.facts.numerals import numerals
from derivation.checking.judging.compare import Comparison
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.expected import as_printed
from derivation.checking.reading.remarks import word_of
from derivation.checking.reading.tokens import Token
from derivation.checking.reading.trees import Tree
from derivation.checking.reading.units import DEGREES, sole_unit, unit
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import terminating
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, number
from derivation.words.telling import tell

ANGLES = frozenset([heads.ARCSIN, heads.ARCCOS, heads.ARCTAN])


def converted(context: Context, chain: ChainRead, left: SideRead, right: SideRead, relation: str) -> Judgement | None:
    """The verdict on a number that is given in another unit than the side before it; None where it is not."""
    numeral = printed(right)
    scale = ratio(left, right)
    if numeral is None or scale is None or left.tree is None or not is_closed(left.tree):
        return None
    value = context.value_of(left.tree, chain)
    if value is None or value.shape:
        return None
    scaled = Array((), (value.entries[0] * scale,))
    try:
        b, _ = context.meaning(chain, numeral)
        for true in (scaled, *unrounded(chain, left, scaled, scale)):
            comparison = Comparison(context, chain.position, relation, measured=True)
            agreement = comparison.outcome_of(true, b).agreement
            if agreement != "no":
                return Judgement(agreement)
    except FAILURES:
        return None
    shown = as_printed(scaled, b)
    return Judgement("wrong", tell("wrong.value", value=shown, found=right.side.latex), shown, right.side.start)


def unrounded(chain: ChainRead, left: SideRead, scaled: Array, scale: Any) -> Iterator[Array]:
    """The interval of what a numeral on the left may have been rounded from, where the chain has worked it."""
    before = chain.sides[: next(k for k, read in enumerate(chain.sides) if read is left)]
    if left.tree and is_number(left.tree) and any(read.tree and is_closed(read.tree) for read in before):
        yield Array((), (arb(scaled.entries[0], half_unit(numerals(left.tree)[0]) * scale),))


def printed(read: SideRead) -> Tree | None:
    """The numeral that a side is, whatever its unit."""
    tree = read.tree.args[0] if read.tree and read.tree.head == "degrees" else read.tree
    return tree if tree and is_number(tree) else None


def ratio(left: SideRead, right: SideRead) -> Any:
    """By what the number of the left side is multiplied, so that it is one of the unit on the right; None where units
    do not differ, or are not of one kind."""
    mine, yours = sole_unit(left.side.words), sole_unit(right.side.words)
    in_degrees = yours in DEGREES or (right.tree is not None and right.tree.head == "degrees")
    is_angle = left.tree is not None and left.tree.head == "call" and left.tree.args[0] in ANGLES
    if in_degrees and (mine == "rad" or (not mine and is_angle)):
        return arb(180) / arb.pi()
    first, second = unit(mine), unit(yours)
    if mine == yours or first is None or second is None or first.powers != second.powers:
        return None
    return first.factor / second.factor


def is_in_other_units(given: Sequence[Token], chain: ChainRead, right: Tree) -> bool:
    """Whether a value was given in another unit than any that stands in the side where it is put in."""
    used = [word_of(word) for read in chain.sides if read.tree is right for word in read.side.words if word_of(word)]
    mine = sole_unit(given)
    return bool(mine and used) and mine not in used


def is_near(comparison: Comparison, a: Term, left: Tree, right: Tree, b: Term) -> bool:
    r"""Whether a side of numbers behind a sign of rounding, not worked yet, is the rounding of the side before it:
    `\sqrt{1.1} \approx 1 + 0.05`."""
    if not (is_closed(left) and is_closed(right)):
        return False
    found = comparison.values(b)[0]
    text = terminating(found.entries[0]) if not found.shape and isinstance(found.entries[0], fmpq) else None
    return text is not None and "." in text and comparison.outcome(a, number(text)).agreement != "no"

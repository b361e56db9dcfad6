"""Equations that a text solves step by step: whether a step has the solution of the one before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from derivation.checking.facts.intervals import half_unit
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_closed, is_number, quantity
from derivation.checking.facts.numerals import numerals
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.measures import measured
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.sources.speech import APART
from derivation.words.telling import tell

MAXIMAL_BACK = 3
"""Chains before a step among which the one that it goes on from is looked for."""
MAXIMAL_LETTERS = 200
"""Letters that may stand between two steps."""
BEHIND = 40
"""Letters behind a step in which it may be denied."""
MAXIMAL_EXPONENT = 20
NEAR = Fraction(1, 100)
"""How far, of itself, a solution may be away where decimals are worked with."""
POINTS = tuple(map(Fraction, (1, 2, 3, 5, 7)))
ZERO = Fraction(0)
WORD = re.compile(r"[^\W\d_]++")
OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    **dict.fromkeys(("", r"\cdot", r"\times", "*"), lambda a, b: a * b),
    **dict.fromkeys(("/", "frac"), lambda a, b: a / b),
}
Equation = tuple[SideRead, SideRead]


def in_step(context: Context, chain: ChainRead, k: int, judgement: Judgement) -> Judgement:
    """The judgement on a step of a text; wrong where no number solves it, or not the one that solves the equation before
    it."""
    step = chain.sides[k - 1], chain.sides[k]
    if judgement.verdict == "wrong" or not step[1].side.formula.words or chain.relations[k - 1] != "=":
        return judgement
    letter = unknown(step)
    if letter is None or is_denied(step):
        return judgement
    if is_false_identity(step):
        return replace(judgement, verdict="wrong", why=tell("wrong.refuted"), at=step[1].side.start)
    before = next(earlier(context, chain, step, letter), None)
    if before is None or not contradict(before, step):
        return judgement
    line, latex = before[1].side.place[0], f"{before[0].side.latex} = {before[1].side.latex}"
    return replace(judgement, verdict="wrong", why=tell("wrong.step", line=line, latex=latex), at=step[1].side.start)


def is_false_identity(equation: Equation) -> bool:
    """Whether both sides have the letter, and no number but 0 makes them the same: nobody means that to be solved."""
    left, right = (read.tree for read in equation)
    if left is None or right is None or any(quantity(side) or is_closed(side) for side in (left, right)):
        return False
    values = [(value(left, x), value(right, x)) for x in POINTS]
    differences = {a - b for a, b in values if a is not None and b is not None}
    if 0 in differences:
        return False
    return len(differences) == 1 or (value(left, ZERO) == 0 == value(right, ZERO) and are_proportional(values))


def are_proportional(values: Sequence[tuple[Fraction | None, Fraction | None]]) -> bool:
    """Whether one side is the other times a factor at all points."""
    pairs = [(a, b) for a, b in values if a is not None and b is not None]
    return len(pairs) == len(POINTS) and all(a * pairs[0][1] == b * pairs[0][0] for a, b in pairs)


def unknown(equation: Equation) -> str | None:
    """The only letter that stands in an equation; None where there are others, or anything but arithmetic."""
    keys = {quantity(node) for read in equation if read.tree for node in nodes(read.tree) if node.head == "name"}
    key = keys.pop() if len(keys) == 1 else None
    is_read = all(read.tree and value(read.tree, Fraction(11)) is not None for read in equation)
    return key if isinstance(key, str) and is_read else None


def earlier(context: Context, chain: ChainRead, step: Equation, letter: str) -> Iterator[Equation]:
    """The equations in a letter that stand before a step, the nearest first, as far as it may go on from them."""
    place = next((at for at, other in enumerate(context.chains) if other is chain), 0)
    near = [
        (other.sides[k - 1], other.sides[k])
        for other in reversed(context.chains[max(place - MAXIMAL_BACK, 0) : place])
        for k in range(len(other.sides) - 1, 0, -1)
        if letter in {*other.sides[k - 1].named, *other.sides[k].named}
    ]
    for before in near:
        text = between(before, step)
        if unknown(before) != letter or text is None or is_apart(text) or is_idle(before):
            return
        if is_value(before) and not (is_unfinished(before, step) and sum(map(is_value, near)) == 1):
            return
        yield before


def is_unfinished(before: Equation, step: Equation) -> bool:
    """Whether an equation for a letter is worked in the next line: `x = 15 / 0.15`, then `x = 100`."""
    last = before[1].tree
    is_worked = last is not None and not is_number(last) and is_number(step[1].tree or last)
    return is_worked and is_value(step) and "\n" in (between(before, step) or "")


def between(before: Equation, step: Equation) -> str | None:
    """What stands between two equations; None where that is too much, or they stand in two files."""
    end, start = before[1].side.end, step[0].side.start
    source = step[0].side.formula.source
    if before[1].side.formula.source is not source or not 0 <= start - end <= MAXIMAL_LETTERS:
        return None
    return source.text[end:start]


def is_denied(step: Equation) -> bool:
    """Whether what is said behind a step denies it: `x = 2 is not a solution`."""
    side = step[1].side
    return is_apart(side.formula.source.text[side.end : side.end + BEHIND].partition(".")[0].partition("\n")[0])


def is_apart(text: str) -> bool:
    """Whether what is said between two equations, or behind one, says that the second is no step from the first."""
    is_paragraph = any(not line.strip() for line in text.split("\n")[1:-1])
    return is_paragraph or not APART.isdisjoint(map(str.lower, WORD.findall(text)))


def is_idle(equation: Equation) -> bool:
    """Whether an equation in a letter gives it 0, which nobody would solve, or is in units that others may not share."""
    return solution(difference(equation)) == 0 or any(measured(read.tree) for read in equation if read.tree)


def is_value(equation: Equation) -> bool:
    """Whether an equation gives a letter its value: `x = 5`, `x = 10 / 2`."""
    left, right = (read.tree for read in equation)
    return bool(left and right and quantity(left) and is_closed(right))


def contradict(before: Equation, step: Equation) -> bool:
    """Whether no number solves both of two equations in a letter, for all that the second may be rounded."""
    first, second = difference(before), difference(step)
    roots = solution(first), solution(second)
    if roots[0] is not None and roots[1] is not None:
        return abs(roots[0] - roots[1]) > play(before, step, roots[1])
    root, other = (roots[0], second) if roots[1] is None else (roots[1], first)
    if root is None:
        return are_parallel(first, second)
    room = play(before, step, root)
    ends = [end for x in (root - room, root, root + room) if (end := other(x)) is not None]
    return len(ends) == 3 and (min(ends) > 0 or max(ends) < 0)


def play(before: Equation, step: Equation, root: Fraction) -> Fraction:
    """How far a solution may be away from the one before, where decimals of either are rounded."""
    texts = [text for read in (*before, *step) if read.tree for text in numerals(read.tree) if "." in text]
    if is_value(step) and step[1].tree:
        half = half_unit(numerals(step[1].tree)[0])
        return max(Fraction(int(half.p), int(half.q)) * ("." in "".join(texts)), abs(root) * NEAR * bool(texts))
    return abs(root) * NEAR * bool(texts)


def are_parallel(first: Callable[[Fraction], Fraction | None], second: Callable[[Fraction], Fraction | None]) -> bool:
    """Whether two functions go alike, up to a factor, but never vanish together: `2 x^3 = 16` and `x^3 = 9`."""
    pairs = [(a, b) for x in POINTS if (a := first(x)) is not None and (b := second(x)) is not None]
    if len(pairs) < len(POINTS):
        return False
    (a, b), *others = pairs
    steps = [(c - a, d - b) for c, d in others]
    are_alike = all(steps[0][0] * d == c * steps[0][1] and c and d for c, d in steps)
    return are_alike and steps[0][0] * b != a * steps[0][1]


def difference(equation: Equation) -> Callable[[Fraction], Fraction | None]:
    """By how much the left side of an equation is greater, at any value of its letter."""
    left, right = (read.tree for read in equation)

    def at(x: Fraction) -> Fraction | None:
        first, second = (value(tree, x) if tree else None for tree in (left, right))
        return None if first is None or second is None else first - second

    return at


def solution(f: Callable[[Fraction], Fraction | None]) -> Fraction | None:
    """Where a function that is linear vanishes; None for any other."""
    values = [f(x) for x in POINTS]
    if any(v is None for v in values):
        return None
    found = [v for v in values if v is not None]
    slope = found[1] - found[0]
    is_linear = all(v == found[0] + slope * (x - POINTS[0]) for x, v in zip(POINTS, found, strict=True))
    return POINTS[0] - found[0] / slope if is_linear and slope else None


def value(tree: Tree, x: Fraction) -> Fraction | None:
    """The value of arithmetic in one letter; None where anything else stands in it, or it has none."""
    if tree.head == "number":
        return Fraction(tree.args[0])
    if tree.head == "name":
        return x
    parts = [value(child, x) for child in tree.children]
    known = [part for part in parts if part is not None]
    if len(known) < len(tree.children) or not known:
        return None
    if tree.head in ("group", "u-") and len(known) == 1:
        return -known[0] if tree.head == "u-" else known[0]
    if len(known) != 2:
        return None
    if tree.head == "^":
        is_small = known[1].denominator == 1 and 0 <= known[1] <= MAXIMAL_EXPONENT
        return known[0] ** int(known[1]) if is_small else None
    if tree.head in ("/", "frac") and not known[1]:
        return None
    return OPERATIONS[tree.head](*known) if tree.head in OPERATIONS else None

"""What may be answered at each blank: the right answer, and what each mistake leads to, where it can be told from all
others."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from math import floor, log10

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.plan.contract import Contract
from derivation.formulas.decimals import magnitude, terminating
from derivation.formulas.numbers import Number, Undefined, exact

MOST = 1 << 17
"""Answers that are remembered."""
NAMED = 2
"""Mistakes that are named together at most."""
SURE = 1e-9
"""How far a logarithm lies at least from a whole number where its whole part is beyond doubt."""
SLACK = 1e-6
"""Intervals nearer than this share of their tolerance count as meeting."""


@dataclass(frozen=True, slots=True)
class AcceptedAnswers:
    """An answer as it is shown, and the closed interval of what counts as this one.

    That is `tolerance` around what is shown, and around `tie` as well where the value lies halfway between two
    roundings. `below` and `above` say how far the interval reaches from what is shown, `span` has its ends in binary, a
    little farther apart.
    """

    shown: str
    tolerance: str
    tie: str
    low: fmpq
    high: fmpq
    span: tuple[float, float]

    @property
    def below(self) -> str:
        return _decimal(exact(self.shown) - self.low)

    @property
    def above(self) -> str:
        return _decimal(self.high - exact(self.shown))

    @property
    def lowest(self) -> str:
        return _decimal(self.low)

    @property
    def highest(self) -> str:
        return _decimal(self.high)


@dataclass(frozen=True, slots=True)
class BlankAnswers:
    """What may be answered at one blank: the right answer, and wrong ones with the mistakes that lead to each. No two
    intervals meet.

    Of several mistakes one that is made in this very step stands first.
    """

    right: AcceptedAnswers
    wrong: tuple[tuple[tuple[str, ...], AcceptedAnswers], ...]


class Answers:
    """The answers to an exercise's blanks."""

    def __init__(self, exercise: Exercise) -> None:
        self.contract = exercise.contract
        self.blanks = [(blank.node, _mistaken(exercise, place)) for place, blank in enumerate(exercise.blanks)]
        self.nodes = sorted({node for right, wrong in self.blanks for node in (right, *(node for node, _, _ in wrong))})

    def of(self, variant: Variant) -> list[BlankAnswers]:
        """The answers of a variant, blank by blank. Raises `numbers.Uncertain` where a digit needs more bits."""
        values, known = variant.values, _known(self.contract)
        found = {node: _answer(self.contract, values[node], known) for node in self.nodes}
        return [
            _entry(found[right], [(found[node], name, here) for node, name, here in wrong])
            for right, wrong in self.blanks
        ]


def _mistaken(exercise: Exercise, place: int) -> list[tuple[int, str, bool]]:
    """(node, mistake, whether it is made in this very step) of each mistake that shows at a blank."""
    blank = exercise.blanks[place]
    right = {entry.quantity: entry for entry in exercise.tape}[blank.quantity]
    found = [(mistaken.nodes[place], mistaken.row.name, right not in mistaken.tape) for mistaken in exercise.mistakes]
    return [(node, name, here) for node, name, here in found if node != blank.node]


@lru_cache(maxsize=8)
def _known(contract: Contract) -> dict[Hashable, AcceptedAnswers]:
    """The answers that were met before: among many variants most numbers come again."""
    return {}


def _answer(contract: Contract, x: Number, known: dict[Hashable, AcceptedAnswers]) -> AcceptedAnswers | None:
    """The answer that a value asks for; None where a mistake leads to no number."""
    key = _rounding(contract, x) if isinstance(x, fmpq) else None
    answer = known.get(key) if key else None
    if answer is None:
        try:
            answer = _worked(contract, x)
        except Undefined:
            return None
        if key and len(known) < MOST:
            known[key] = answer
    return answer


def _rounding(contract: Contract, x: fmpq) -> Hashable:
    """What an answer depends on: sign, units it is rounded to, and whether it is exact; the number itself at a tie."""
    p, q = int(x.p), int(x.q)
    places = contract.digits - 1 - (_size(abs(p), q, x) if p else 0) if contract.places is None else contract.places
    units, rest = divmod(abs(p) * 10**places, q) if places >= 0 else divmod(abs(p), q * 10**-places)
    whole = q if places >= 0 else q * 10**-places
    if 2 * rest == whole:
        return p, q
    return p < 0, units + (2 * rest > whole), places, rest == 0


def _size(p: int, q: int, x: fmpq) -> int:
    """As `numbers.magnitude`, by a logarithm where that leaves no doubt."""
    try:
        size = floor(close := log10(p / q))
        return size if SURE < close - size < 1 - SURE else magnitude(x)
    except (OverflowError, ValueError):
        return magnitude(x)


def _worked(contract: Contract, x: Number) -> AcceptedAnswers:
    shown, tolerance, low, high = contract.answer(x)
    span = (_double(low) - _double(tolerance) * SLACK, _double(high) + _double(tolerance) * SLACK)
    return AcceptedAnswers(
        shown, _decimal(tolerance), "" if high - low == 2 * tolerance else _decimal(fmpq(x)), low, high, span
    )


def _double(x: fmpq) -> float:
    return int(x.p) / int(x.q)


@lru_cache(maxsize=4096)
def _decimal(x: fmpq) -> str:
    return terminating(x) or str(x)


def _entry(right: AcceptedAnswers | None, wrong: list[tuple[AcceptedAnswers | None, str, bool]]) -> BlankAnswers:
    """The right answer, and those of the wrong ones that no answer could be meant for but by their mistakes, which are
    few.

    A wrong 0 is left out: anybody may write that.
    """
    assert right is not None  # a variant has values for all that is asked
    found: dict[str, tuple[AcceptedAnswers, list[tuple[bool, str]]]] = {}
    for answer, name, here in wrong:
        if answer:
            found.setdefault(answer.shown, (answer, []))[1].append((not here, name))
    unclear = _meeting([right, *(answer for answer, _ in found.values())])
    kept = [
        (answer, names)
        for answer, names in found.values()
        if answer.shown not in unclear and len(names) <= NAMED and not answer.low <= 0 <= answer.high
    ]
    return BlankAnswers(right, tuple((tuple(name for _, name in sorted(names)), answer) for answer, names in kept))


def _meeting(answers: list[AcceptedAnswers]) -> set[str]:
    """The answers whose intervals meet another's."""
    (_, end, farthest), *rest = sorted((*answer.span, answer.shown) for answer in answers)
    meeting = set()
    for low, high, shown in rest:
        if low <= end:
            meeting |= {farthest, shown}
        if high > end:
            end, farthest = high, shown
    return meeting

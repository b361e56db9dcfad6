"""What may be answered at each blank: the right answer, and what each mistake leads to, where it can be told from all others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flint import fmpq

from ...numbers import Number, UndefinedValue, exact, terminating
from ..contract import Contract
from ..exercise import Exercise, Variant


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is shown, and the closed interval around it in which an answer counts as this one; `mistake` is the name of the row that leads to it."""

    shown: str
    tolerance: str
    low: fmpq
    high: fmpq
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be answered at one blank: the intervals of the right answer and the wrong ones do not meet."""

    right: Answer
    wrong: tuple[Answer, ...]


class Answers:
    """The answers to an exercise's blanks."""

    def __init__(self, exercise: Exercise) -> None:
        self.contract = exercise.contract
        self.blanks = [(blank.node, _mistaken(exercise, place)) for place, blank in enumerate(exercise.blanks)]

    def of(self, variant: Variant) -> list[Entry]:
        """The answers of a variant, blank by blank. Raises `numbers.Uncertain` where a digit needs more bits."""
        values = variant.values
        found: dict[int, Answer | None] = {}
        for node in {node for right, wrong in self.blanks for node in (right, *(node for node, _ in wrong))}:
            found[node] = _answer(self.contract, values[node])
        return [Entry(_right(found[right]), _apart(found[right], [(found[node], name) for node, name in wrong])) for right, wrong in self.blanks]


def _mistaken(exercise: Exercise, place: int) -> list[tuple[int, str]]:
    """(node, mistake) of each mistake that shows at a blank; two that always show the same are left out."""
    shown = [(mistaken.nodes[place], mistaken.row.name) for mistaken in exercise.mistakes]
    count = Counter(node for node, _ in shown)
    return [(node, name) for node, name in shown if count[node] == 1 and node != exercise.blanks[place].node]


def _answer(contract: Contract, x: Number) -> Answer | None:
    try:
        return _around(contract, contract.shown(x))
    except UndefinedValue:
        return None  # a mistake that leads to no number


@lru_cache(maxsize=1 << 16)
def _around(contract: Contract, shown: str) -> Answer:
    middle = exact(shown)
    tolerance = contract.tolerance(middle)
    return Answer(shown, terminating(tolerance) or str(tolerance), middle - tolerance, middle + tolerance)


def _right(answer: Answer | None) -> Answer:
    assert answer is not None  # a variant has values for all that is asked
    return answer


def _apart(right: Answer | None, wrong: list[tuple[Answer | None, str]]) -> tuple[Answer, ...]:
    """The wrong answers that no answer could be meant for but by their mistake: those whose interval meets no other."""
    known = sorted([(answer.low, answer.high, place) for place, (answer, _) in enumerate([(right, ""), *wrong]) if answer])
    meeting = set()
    high, last = fmpq(0), -1
    for (_, before, first), (low, _, second) in pairwise(known):
        high, last = (before, first) if last < 0 or before > high else (high, last)
        if low <= high:
            meeting |= {last, second}
    apart = [(answer, name) for place, (answer, name) in enumerate(wrong, 1) if answer and place not in meeting]
    return tuple(Answer(answer.shown, answer.tolerance, answer.low, answer.high, name) for answer, name in apart)

"""An article's numerals: to how many places it rounds, which can only be roundings, and which are miscopied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from derivation.checking.facts.knowledge import ChainRead, Statement, is_number
from derivation.checking.facts.quantity import Key
from derivation.checking.reading.trees import Tree, nodes

LONG = 6
"""Decimal places beyond which a result is taken for rounded."""
SHORT = 3
"""Decimal places from which on a numeral may well be a rounded one."""
RECOGNIZED = 4
"""Digits from which on two numerals that differ only in the last are taken for the same number, miscopied."""


class Numerals:
    """What the numerals of an article show, whole: those of its values, and those of its results."""

    def __init__(self, values: Mapping[Key, Iterable[Statement]], chains: Iterable[ChainRead]) -> None:
        self.values = values
        self.chains = chains = list(chains)
        results = [(chain, result) for chain in chains if (result := chain.sides[-1].tree)]
        self.long = frozenset(
            text
            for chain, result in results
            for text in (numerals(result) if gives_roughly(chain) else long_numerals(result))
        )
        """The numerals of results that can only be roundings: they have so many places, or are given with `≈`."""

    def _texts(self) -> Iterator[str]:
        for statements in self.values.values():
            for statement in statements:
                yield from numerals(statement.tree)

    @cached_property
    def worked(self) -> frozenset[str]:
        """The numerals of values, and of results in numbers alone: what is put in elsewhere was printed there."""
        results = (side.tree for chain in self.chains for side in chain.sides if side.tree and is_number(side.tree))
        return frozenset([*self._texts(), *(text for result in results for text in numerals(result))])

    def is_worked(self, text: str) -> bool:
        """Whether a numeral was printed as a value, or is what such a one lacks to 1, which nobody works apart."""
        return text in self.worked or (text.startswith("0.") and complement(text) in self.worked)

    @cached_property
    def usual_places(self) -> int:
        """The decimal places to which the article rounds, if it does: those of most of its long numerals."""
        counted = Counter(len(text.partition(".")[2]) for text in self._texts())
        return max((places for places in counted if places >= SHORT), key=counted.__getitem__, default=0)

    @cached_property
    def stated(self) -> Mapping[str, Collection[str]]:
        """The numerals with digits enough to be recognized in the values that the article gives, by all their digits
        but the last; each once, in the same order in every process."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for text in self._texts():
            if "." in text and len(text.replace(".", "").lstrip("0")) >= RECOGNIZED:
                found[text[:-1]][text] = None
        return found

    def miscopied(self, text: str) -> str | None:
        """The first numeral of the article's values from which another differs by a unit of the last digit; None for a
        numeral that stands there itself."""
        alike = self.stated.get(text[:-1], ())
        if text in alike:
            return None
        return next((other for other in alike if abs(int(other[-1]) - int(text[-1])) == 1), None)


def gives_roughly(chain: ChainRead) -> bool:
    r"""Whether a chain gives a name a rounded value, and says so: `\sigma \approx 2.94`."""
    first = chain.sides[0].tree
    return len(chain.sides) == 2 and chain.relations[0] == "≈" and first is not None and first.head == "name"


def numerals(tree: Tree) -> list[str]:
    """The numerals of a tree, as printed, without signs."""
    return [node.args[0] for node in nodes(tree) if node.head == "number"]


def complement(text: str) -> str:
    """What a decimal between 0 and 1 lacks to 1, with as many places.

    >>> complement("0.4354"), complement("0.30")
    ('0.5646', '0.70')
    """
    places = len(text) - 2
    return f"0.{10**places - int(text[2:]):0{places}d}"


def long_numerals(result: Tree) -> list[str]:
    """The numerals of a result that have more places than one would print of an exact one."""
    return [text for text in numerals(result) if len(text.partition(".")[2]) >= LONG]

"""Which entries of which quantities an entry is used in, found without looking at all pairs of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, cast

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, lengths, structure
from derivation.formulas.terms import Term, name, names, options
from derivation.networks.network import Network

Place = tuple[int, ...]
Entry = tuple[str, Place]
Alive = frozenset[int] | None
"""The entries of a quantity that the loss depends on, by their offsets; None for all of them."""


class Reach(frozenset[Entry]):
    """The entries that an entry depends on, of those that are asked about; every operation joins those of its
    operands."""

    def _join(self, other: Reach) -> Reach:
        return Reach(self | other) if self and other else self or other

    __add__ = __mul__ = __truediv__ = _join
    __sub__ = _join  # type: ignore[assignment]

    def __neg__(self) -> Reach:
        return self


NOTHING = Reach()


class Reaches:
    """The algebra of dependence: every function of entries joins what they depend on."""

    literal = staticmethod(lambda term: NOTHING)
    number = staticmethod(lambda text: NOTHING)

    def __getattr__(self, function: str) -> Callable[..., Reach]:
        return lambda *parts: Reach(frozenset().union(*parts))


ALGEBRA = cast(Any, Reaches())
WHOLE = lengths.ANY_LENGTH | {structure.below, structure.beside, structure.reshaped, structure.flat}
"""Shape rules of operations that use every entry of every operand."""


class Users:
    """Looks up the users of entries; a quantity that is asked about is carried once through each equation that uses
    it."""

    def __init__(self, network: Network, shapes: Shapes) -> None:
        self.network, self.shapes = network, shapes
        self.found: dict[Entry, list[Entry]] = {}

    def of(self, key: str, *places: Place) -> list[list[Entry]]:
        """For each of some entries of a quantity, the entries of later quantities that depend on it directly and that
        the loss depends on."""
        asked = [(key, place) for place in places]
        if not self.found.keys() >= set(asked):
            self.found |= {entry: [] for entry in asked}
            for user, place, reach in self.reached(key, frozenset(asked)):
                for entry in reach:
                    self.found[entry].append((user, place))
        return [self.found[entry] for entry in asked]

    def reached(self, key: str, asked: frozenset[Entry]) -> Iterator[tuple[str, Place, Reach]]:
        """The entries of later quantities that use some of those asked about, and which."""
        for user in self.network.consumers[key]:
            alive = self.alive.get(user, frozenset())
            if alive is None or alive:
                result = self.through(user, key, asked)
                places = zip(result.places, result.entries, strict=True)
                yield from (
                    (user, place, reach)
                    for k, (place, reach) in enumerate(places)
                    if reach and (alive is None or k in alive)
                )

    def through(self, user: str, key: str, asked: frozenset[Entry]) -> Array:
        """Which of the entries asked about each entry of an equation depends on."""
        equation = self.network.equations[user]
        tags = {name(other): blank(self.network.shapes[other]) for other in names(equation)}
        whole = tags[name(key)]
        tags[name(key)] = Array(
            whole.shape, tuple(Reach({(key, place)}) if (key, place) in asked else NOTHING for place in whole.places)
        )
        return evaluate(equation, tags, ALGEBRA)

    @cached_property
    def alive(self) -> dict[str, Alive]:
        """Of each quantity the entries that the loss depends on."""
        found: dict[str, Alive] = {self.network.loss or "": None}
        for key in reversed([key for key in self.network.equations if key in self.network.active]):
            mark(self.network.equations[key], found[key], self.shapes, found)
        return found


def blank(shape: Shape) -> Array:
    """An array that depends on nothing asked about."""
    return Array(shape, (NOTHING,) * (shape[0] * shape[1] if shape else 1))


def mark(term: Term, alive: Alive, shapes: Shapes, found: dict[str, Alive]) -> None:
    """Adds to `found`, name by name, the entries that some entries of a term depend on."""
    waiting: list[tuple[Term, Alive]] = [(term, alive)]
    while waiting:
        term, alive = waiting.pop()
        if term.head == "name":
            before = found.get(term.args[0], frozenset())
            found[term.args[0]] = None if alive is None or before is None else before | alive
        elif term.head == "index":
            of = term.args[0]
            waiting.append((of, frozenset({Array(shapes.of(of), ()).offset(term.args[1:])})))
        elif term.children and alive is None and TABLE[term.head].shape in WHOLE:
            waiting += [(child, None) for child in term.children]
        else:
            waiting += [(child, sources(term, place, alive, shapes)) for place, child in enumerate(term.children)]


def sources(term: Term, place: int, alive: Alive, shapes: Shapes) -> Alive:
    """The entries of one operand that some entries of an operation's result depend on."""
    arrays = [blank(shapes.of(child)) for child in term.children]
    arrays[place] = Array(arrays[place].shape, tuple(Reach({("", (k,))}) for k in range(len(arrays[place].entries))))
    operands = [name(str(k)) for k in range(len(arrays))]
    reached = evaluate(Term(term.head, (*operands, *options(term))), dict(zip(operands, arrays, strict=True)), ALGEBRA)
    kept = reached.entries if alive is None else [reached.entries[k] for k in alive]
    return frozenset(offset for _, (offset,) in frozenset().union(*kept))

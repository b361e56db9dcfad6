"""What the article says of its quantities: formulas, values and sets, each with its place in the order of the text."""

from __future__ import annotations

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

from derivation.checking.facts.indices import bears, match
from derivation.checking.facts.kinks import show_kink
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, Quantity, is_derivative, is_updated, stem
from derivation.checking.facts.shares import direction, is_distribution, is_one_hot
from derivation.checking.reading.clauses import Chain, Clause, Declaration, Side
from derivation.checking.reading.forms import read
from derivation.checking.reading.sentences import NEAR, rest, spoken
from derivation.checking.reading.symbols import Symbol, Vocabulary
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import LISTS, Tree, nodes, sums_of
from derivation.formulas.operations import heads

NUMBERED = re.compile(r"(\D*)[1-9]\d*")
FOR_SOME = frozenset(["for", "when", "if", "für", "wenn", "pour", "si", "para"])
"""Words behind a formula that is only said of some arguments."""
Family = tuple[Symbol, bool]
"""A quantity's symbol without its number, and whether it is an updated value."""
Families = Mapping[Family | None, Sequence[Key]]


@dataclass(frozen=True, slots=True)
class SideRead:
    """A side as it was read: its tree, or why it could not be read."""

    side: Side
    tree: Tree | None
    problem: Unreadable | None = None

    @property
    def named(self) -> list[Key]:
        """The quantities that stand in it, in order."""
        return named(self.tree) if self.tree else []


@dataclass
class ChainRead:
    """A chain with its sides read, at its position."""

    position: Position
    sides: list[SideRead]
    relations: list[str]
    modulus: int = 0

    @cached_property
    def quantities(self) -> list[Key]:
        return [key for read in self.sides if read.tree and (key := quantity(read.tree))]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """The article gives a quantity a formula or a value (a tree without names); `side` counts the chain's sides."""

    position: Position
    tree: Tree
    read: SideRead
    chain: ChainRead | None = None
    assigned: bool = False
    worked: Tree | None = None
    """The first side of numbers where the value is the last of several: what it was before it was rounded."""


def quantity(tree: Tree) -> Key | None:
    """The key under which a side's quantity is known, if the side is one: a name, an updated parameter, a
    derivative."""
    if tree.head == "group":
        return quantity(tree.args[0])
    if tree.head == "name":
        return str(tree.args[0].key)
    if tree.head == "updated":
        inner = quantity(tree.args[0])
        return Quantity.updated(inner) if inner else None
    if tree.head in ("partial", "nabla") and len(tree.args) == 2:
        of, by = (quantity(part) for part in (tree.args if tree.head == "partial" else tree.args[::-1]))
        return Quantity.derivative(of, by) if of and by else None
    if tree.head == "apply" and all(arg.head == "name" for arg in tree.args[1:]):
        return str(tree.args[0].key)
    return None


def named(tree: Tree) -> list[Key]:
    """The quantities that stand in a tree, in order."""
    return [key for node in nodes(tree) if (key := quantity(node))]


def says_what_it_is(tree: Tree) -> bool:
    """Whether a side in front of a name says what the name is: it is no quantity, nor a gradient, itself."""
    return quantity(tree) is None and tree.head != "nabla"


def is_closed(tree: Tree) -> bool:
    """Whether a tree holds no names: its value is in its numbers alone."""
    return not any(node.head in ("name", "updated", "partial", "nabla", heads.SUM, heads.PROD) for node in nodes(tree))


def gives_value(tree: Tree) -> bool:
    """Whether a side is of numbers, all of which are printed."""
    return is_closed(tree) and all(node.head != "elided" for node in nodes(tree))


def is_assignment(tree: Tree, key: Key) -> bool:
    """Whether a right side uses the quantity on the left itself, outside derivatives: `w - \\eta g` of `w`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.head in ("partial", "nabla"):
            continue
        if node.head == "name" and node.args[0].key == key:
            return True
        waiting += [
            part for arg in node.args for part in (arg if isinstance(arg, tuple) else (arg,)) if isinstance(part, Tree)
        ]
    return False


def is_number(tree: Tree) -> bool:
    """Whether a tree is a numeral, signed or not, or a matrix of them."""
    if tree.head in ("u-", "group", "matrix", "row", *LISTS):
        return all(is_number(child) for child in tree.children)
    return tree.head == "number"


def substitutions(left: Tree, right: Tree) -> Iterator[tuple[Tree, Tree]]:
    """The quantities of the left side with the closed parts that stand in their places on the right, where both are
    built alike."""
    left, right = (tree.args[0] if tree.head == "group" else tree for tree in (left, right))
    if left.head in ("name", "updated", "partial") and is_closed(right):
        if quantity(left) and gives_value(right):
            yield left, right
        return
    if left.head in PRODUCT_SIGNS and right.head in PRODUCT_SIGNS:
        pass
    elif left.head != right.head:
        if left.head == "+" and right.head not in ("-", "number", "u-"):  # a vanishing summand may be left out
            yield from substitutions(left.args[0], right)
        return
    mine, yours = left.children, right.children
    if len(mine) == len(yours):
        for a, b in zip(mine, yours, strict=True):
            yield from substitutions(a, b)


PRODUCT_SIGNS = frozenset(["", r"\cdot", r"\times", "*"])


def is_call_of(call: Tree, body: Tree) -> bool:
    """Whether another formula calls the same function: `f(z_1) = f(w x)` says what z_1 is, not what f is."""
    return call.head == "apply" and any(node.head == "apply" and node.args[0] == call.args[0] for node in nodes(body))


def is_for_some(last: Side) -> bool:
    """Whether a formula that ends so is only said of some arguments: `p(x) = 2 x` for x = 1."""
    words = [word for word in spoken(rest(last.formula.source.text, last.formula.end)[:NEAR]) if word != ","]
    return len(words) > 1 and words[0] in FOR_SOME and words[1][2:3] == "="


@dataclass(frozen=True)
class Knowledge:
    """What the article says, whole: formulas, values and sets by quantity, in the order of the text, and its own
    functions. Nobody writes to it once it is gathered."""

    vocabulary: Vocabulary
    formulas: Mapping[Key, Sequence[Statement]]
    values: Mapping[Key, Sequence[Statement]]
    sets: Mapping[Key, Sequence[tuple[Position, Declaration]]]
    functions: Mapping[str, Sequence[tuple[Position, tuple[Symbol, ...], Tree]]]
    symbols: Mapping[Key, Symbol]
    """The symbols that stand in the article, by their keys."""
    patterns: Mapping[str, Sequence[str]]
    """Quantities whose formulas hold for every index, by base: `a^l_j`."""
    sections: Sequence[int]
    """The section of each place."""
    scalar: bool
    """Whether it has no arrays at all."""

    def with_values(self, others: Iterable[tuple[Key, Statement]]) -> Knowledge:
        """The same with further values, each at its place."""
        values = {key: list(statements) for key, statements in self.values.items()}
        for key, statement in others:
            insort(values.setdefault(key, []), statement, key=attrgetter("position"))
        return replace(self, values=values)

    def indexed(self, symbol: Symbol) -> tuple[str, dict[str, str]] | None:
        """The general quantity that a symbol is a case of, and what its index letters stand for."""
        for key in self.patterns.get(symbol.base, ()):
            pattern = self.symbols[key]
            bound = match(pattern.sub, symbol.sub, match(pattern.label, symbol.label, {}))
            if bound and pattern.primes == symbol.primes:
                return key, bound
        return None

    def is_imaginary(self, letter: str) -> bool:
        """Whether nothing is said of a letter, and it counts nothing: i is the imaginary unit then."""
        counts = any(letter in (*symbol.sub, *symbol.label) for symbol in self.symbols.values())
        return (
            not counts and letter not in self.summed and not self.formulas.get(letter) and not self.values.get(letter)
        )

    @cached_property
    def is_by_columns(self) -> bool:
        """Whether probabilities, or targets, stand in the columns of matrices here, one sample in each, and nowhere in
        rows."""
        found = {
            direction(statement.tree)
            for key, statements in self.values.items()
            for statement in statements
            if is_one_hot(statement.tree) or any(is_distribution(one.tree) for one in self.formulas.get(key, ()))
        }
        return found - {""} == {"columns"}

    @cached_property
    def has_kinks(self) -> bool:
        """Whether a formula of the article holds a function with a kink."""
        bodies = (body for found in self.functions.values() for _, _, body in found)
        return show_kink([*(statement.tree for found in self.formulas.values() for statement in found), *bodies])

    @cached_property
    def by_base(self) -> Mapping[str, Sequence[Symbol]]:
        """The symbols of the article by their bases."""
        found: dict[str, list[Symbol]] = defaultdict(list)
        for key in sorted(self.symbols):
            found[self.symbols[key].base].append(self.symbols[key])
        return found

    @cached_property
    def script_words(self) -> Sequence[str]:
        """What stands in the scripts of the article's symbols, each once."""
        found = (self.symbols[key] for key in sorted(self.symbols, key=str))
        return list(dict.fromkeys(word for symbol in found for word in (*symbol.sub, *symbol.label)))

    @cached_property
    def sums(self) -> Sequence[tuple[set[str], set[str]]]:
        """The letters over which the article's formulas sum, and those up to which they do, by formula."""
        return [sums_of(statement.tree) for found in self.formulas.values() for statement in found[:2]]

    @cached_property
    def summed(self) -> set[str]:
        """The letters over which the article's formulas sum."""
        return set().union(*(letters for letters, _ in self.sums))

    @cached_property
    def limits(self) -> set[str]:
        """The letters up to which they do."""
        return set().union(*(limits for _, limits in self.sums))

    @cached_property
    def families_of_formulas(self) -> Families:
        """The quantities that have formulas, by what they have in common with their twins."""
        return self._families(self.formulas)

    @cached_property
    def families_of_values(self) -> Families:
        """The quantities that have values, by what they have in common with their twins."""
        return self._families(self.values)

    def _families(self, known: Iterable[Key]) -> Families:
        found: dict[Family | None, list[Key]] = defaultdict(list)
        for key in known:
            found[self.family(key, self.symbols.get(stem(key)))].append(key)
        return found

    @staticmethod
    def family(key: Key, symbol: Symbol | None) -> Family | None:
        """The symbol of a quantity without its number, `out_{o}` for `out_{o1}`; None where it has none."""
        numbered = NUMBERED.fullmatch(symbol.sub[-1]) if symbol and symbol.sub else None
        return (replace(symbol, sub=(*symbol.sub[:-1], numbered[1])), is_updated(key)) if symbol and numbered else None


class Gathering:
    """Takes in what chains and declarations say, in the order of the text."""

    def __init__(self, vocabulary: Vocabulary, chains: Sequence[ChainRead]) -> None:
        self.vocabulary = vocabulary
        self.formulas: dict[Key, list[Statement]] = defaultdict(list)
        self.values: dict[Key, list[Statement]] = defaultdict(list)
        self.sets: dict[Key, list[tuple[Position, Declaration]]] = defaultdict(list)
        self.functions: dict[str, list[tuple[Position, tuple[Symbol, ...], Tree]]] = defaultdict(list)
        self.symbols: dict[Key, Symbol] = {}
        self.patterns: dict[str, list[str]] = defaultdict(list)
        for chain in chains:
            self.learn(chain)

    def knowledge(self, sections: Sequence[int], scalar: bool) -> Knowledge:
        """What was taken in."""
        return Knowledge(
            self.vocabulary,
            dict(self.formulas),
            dict(self.values),
            dict(self.sets),
            dict(self.functions),
            dict(self.symbols),
            dict(self.patterns),
            sections,
            scalar,
        )

    def learn(self, chain: ChainRead) -> None:
        """Takes in what a chain says."""
        trees = [read.tree for read in chain.sides]
        for tree in trees:
            for node in nodes(tree) if tree else ():
                if node.head == "name":
                    self.symbols.setdefault(node.args[0].key, node.args[0])
        first = trees[0]
        if first and first.head == "apply":
            self._function(chain, first)
        closed = [(side, side.tree) for side in chain.sides if side.tree and gives_value(side.tree)]
        for place, side in enumerate(chain.sides):
            key = quantity(side.tree) if side.tree else None
            if (
                key is None
                or not side.tree
                or any(other and is_call_of(side.tree, other) for other in trees if other is not side.tree)
            ):
                continue
            others = [(other, other.tree) for k, other in enumerate(chain.sides) if k != place and other.tree]
            formulas = [(other, tree) for other, tree in others if not is_closed(tree)]
            refers = any(is_assignment(tree, key) for _, tree in formulas)
            if refers and place:  # an equation: `2 x = x`
                continue
            assigned = refers or (place == 0 and chain.relations[0] == "←")
            if closed and not (place and key in self.values and is_about_slope(chain)):
                (_, worked), (last, tree) = closed[0], closed[-1]
                self.values[key].append(Statement(chain.position, tree, last, chain, assigned, worked))
            elif assigned and formulas:
                self.values[key].append(Statement(chain.position, formulas[0][1], formulas[0][0], chain, assigned))
            if formulas and not assigned and (place == 0 or says_what_it_is(formulas[0][1])):
                for other, tree in formulas[: None if place == 0 else 1]:
                    self.formulas[key].append(Statement(chain.position, tree, other, chain))
                self._pattern(key, [tree for _, tree in formulas])

    def _function(self, chain: ChainRead, first: Tree) -> None:
        if is_for_some(chain.sides[-1].side):
            return  # `p(x) = 2 x` for x = 1 does not say what p is
        parameters = [arg.args[0] for arg in first.args[1:] if arg.head == "name"]
        body = next((read.tree for read in chain.sides[1:] if read.tree and not is_closed(read.tree)), None)
        if body is not None and not is_call_of(first, body) and len(parameters) == len(first.args) - 1:
            self.functions[first.args[0].key].append((chain.position, tuple(parameters), body))

    def _pattern(self, key: Key, formulas: Sequence[Tree]) -> None:
        """Takes a formula for a general one, if it holds the letters of the quantity's scripts: else they are labels,
        as the o of `w_o = 2 v`."""
        symbol = self.symbols.get(key)
        if symbol and any(bears(tree, symbol) for tree in formulas) and symbol.key not in self.patterns[symbol.base]:
            self.patterns[symbol.base].append(symbol.key)

    def declare(self, position: Position, declaration: Declaration, keys: Sequence[Key]) -> None:
        for key in keys:
            self.sets[key].append((position, declaration))


def is_about_slope(chain: ChainRead) -> bool:
    """Whether a chain begins with a derivative: a name further on in it has the value that it has."""
    first = chain.sides[0].tree
    return first is not None and (key := quantity(first)) is not None and is_derivative(key)


def chains(clauses: Sequence[Clause], vocabulary: Vocabulary) -> Iterator[ChainRead]:
    """The chains with their sides read."""
    cache: dict[tuple[int, int, int], SideRead] = {}
    for place, clause in enumerate(clauses):
        if isinstance(clause, Chain):
            yield ChainRead(
                Position(place),
                [_read(side, vocabulary, cache) for side in clause.sides],
                clause.relations,
                clause.modulus,
            )


def _read(side: Side, vocabulary: Vocabulary, cache: dict[tuple[int, int, int], SideRead]) -> SideRead:
    key = (id(side.formula), side.start, len(side.words))
    if key not in cache:
        try:
            cache[key] = SideRead(side, read(side.words, vocabulary))
        except Unreadable as problem:
            cache[key] = SideRead(side, None, problem)
        except RecursionError:
            cache[key] = SideRead(side, None, Unreadable(side.start, "undecided.deep"))
    return cache[key]

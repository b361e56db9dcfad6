"""What an equality between symbols depends on, through all formulas: names of which nothing is said, and letters that
count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derivation.checking.facts.entries import wholes
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.indices import instance, letters
from derivation.checking.facts.knowledge import PRODUCT_SIGNS, Statement, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.position import Position
from derivation.checking.facts.supposed import SIZE, Family, Supposed, family, is_kronecker
from derivation.checking.facts.values import Truth
from derivation.checking.judging.agreement import equal
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.trees import Tree, nodes, sums_of
from derivation.formulas.arrays import Shape
from derivation.formulas.operations import heads

INDICES = frozenset("ijklmnt")
"""Letters below or above names that count, wherever they are not said to be something else."""
LAST = frozenset("TLNKMDJC")
FREE, LATEST = ("2", "1", "3"), str(SIZE)
"""The numbers of the letters in the order in which they come, and of the last index."""
MAXIMAL_NAMES, MAXIMAL_FREE, MAXIMAL_SIZE = 80, 12, 6
ENTRYWISE = frozenset([r"\odot", r"\circ", r"\otimes", r"\oslash", ".T", heads.NORM])


SYMMETRIC, NEAR = re.compile(r"\bs[yi]m+[eé]t?tri|对称"), 60
"""Words by which a matrix is said to equal its transpose, and how far from its name they may stand."""
OF_ARRAYS = frozenset([heads.SOFTMAX, heads.LOG_SOFTMAX])
"""Functions of the table that have several entries as their arguments."""


@dataclass
class Reach:
    """What some trees depend on."""

    facts: Facts
    position: Position
    numbers: dict[str, str] = field(default_factory=dict)
    """What the letters in scripts, and the limits of sums, stand for."""
    letters: list[str] = field(default_factory=list)
    """The index letters of the trees themselves that no sum binds."""
    free: set[Family] = field(default_factory=set)
    """Families of names of which nothing is said."""
    defined: dict[str, Symbol] = field(default_factory=dict)
    """Names that have formulas."""
    trees: list[Tree] = field(default_factory=list)
    marked: set[Family] = field(default_factory=set)
    """Families of names that are no scalars, as they are transposed or stand in a norm."""
    shares: frozenset[Family] = frozenset()
    symmetric: set[Family] = field(default_factory=set)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    text: str = ""
    """The article's source, whose words may say that a matrix is symmetric."""
    repeated: set[Family] = field(default_factory=set)
    """Families of names with formulas that lead from one of them to another."""
    parameters: set[str] = field(default_factory=set)
    """Letters that stand for the arguments of own functions."""
    has_declared: bool = False
    """Whether an array is declared of which no value is given."""
    has_limits: bool = False
    """Whether a sum goes as far as a letter says."""
    has_arrays: bool = False
    sizes: dict[int, None] = field(default_factory=dict)
    """The sizes of the arrays that the article gives."""

    @staticmethod
    def of(facts: Facts, position: Position, trees: Sequence[Tree], text: str = "") -> Reach | None:
        """What trees depend on; None where that is too much, or a function of which nothing is said."""
        reach = Reach(facts, position, has_arrays=not facts.knowledge.scalar, text=text)
        reach.count(trees)
        if not (reach.follow(trees) and reach.is_clear()):
            return None
        reach.mark_indexed()
        reach.grant()
        reach.numbers = {
            letter: str(reach.size) if number == LATEST else number for letter, number in reach.numbers.items()
        }
        return reach

    # Letters

    def count(self, trees: Sequence[Tree]) -> None:
        """Gives each letter that counts a number."""
        knowledge = self.facts.knowledge
        here = [sums_of(tree) for tree in trees]
        summed = knowledge.summed.union(*(letters for letters, _ in here))
        limits = knowledge.limits.union(*(keys for _, keys in here))
        own = [symbol for tree in trees for symbol in symbols(tree)]
        bound = {node.args[0] for tree in trees for node in nodes(tree) if node.head == heads.SUM}
        mine = [word for symbol in own for word in (*symbol.sub, *symbol.label)]
        counting = INDICES | summed
        own_letters = {*scripts(mine)}
        for letter in scripts([*mine, *knowledge.script_words]):
            if letter in counting and letter not in self.numbers:
                if letter in own_letters and letter not in bound:
                    self.letters.append(letter)
                self.numbers[letter] = FREE[min(len(self.numbers), 2)]
            elif letter in LAST:
                self.numbers[letter] = LATEST
        self.numbers |= dict.fromkeys(limits, LATEST)
        for key in list(self.numbers):
            if key in knowledge.values and key in limits:
                del self.numbers[key]

    # Names

    def follow(self, trees: Sequence[Tree]) -> bool:
        """Takes in what the trees depend on; whether that is within bounds."""
        waiting = list(trees)
        while waiting:
            tree = waiting.pop()
            self.trees.append(tree)
            self.mark(tree)
            for found in self.depends(tree):
                waiting.extend(found)
            if len(self.defined) > MAXIMAL_NAMES or len(self.free) > MAXIMAL_FREE:
                return False
        return True

    def depends(self, tree: Tree) -> Iterator[Sequence[Tree]]:
        """The formulas of the names in a tree that were not seen before."""
        for node in nodes(tree):
            if node.head in ("apply", "prime") and isinstance(node.args[0], Symbol):
                yield self.bodies(node.args[0])
            elif node.head == "name":
                symbol = instance(node.args[0], self.numbers)
                if symbol.key not in self.symbols and symbol.key not in self.numbers:
                    self.symbols[symbol.key] = symbol
                    self.functions(symbol)
                    yield [statement.tree for statement in self.statements(node.args[0], symbol)[:2]]

    def bodies(self, function: Symbol) -> Sequence[Tree]:
        """The body of an own function that was not seen before."""
        if function.key in self.symbols:
            return ()
        self.symbols[function.key] = function
        return [body for *_, body in self.functions(function)]

    def functions(self, symbol: Symbol) -> Sequence[tuple[Position, tuple[Symbol, ...], Tree]]:
        """The last definition of an own function, whose parameters are taken in; none where a name is none."""
        found = self.facts.knowledge.functions.get(symbol.key, ())
        rows = [row for row in found if row[0] <= self.position][-1:] or found[:1]
        self.parameters |= {parameter.base for _, parameters, _ in rows for parameter in parameters}
        return rows

    def statements(self, written: Symbol, symbol: Symbol) -> Sequence[Statement]:
        """The formulas of a name; where it has none, and nothing else is said of it, it is free."""
        general = self.facts.knowledge.indexed(symbol)
        for key in dict.fromkeys((symbol.key, written.key, general[0] if general else "")):
            found = [one for one in self.facts.definitions(key, self.position) if not is_transpose_of(one.tree, key)]
            if found:
                if any(family(other) == family(symbol) for other in self.defined.values()):
                    self.repeated.add(family(symbol))  # where a recursion begins, nothing is said of the one before
                self.defined[symbol.key] = symbol
                return found
        if is_kronecker(symbol) is not None:
            return ()
        for whole in wholes(symbol.whole) if family(symbol).is_numbered else ():
            if of_whole := self.facts.definitions(whole.key, self.position):
                self.defined[whole.key] = whole  # an entry of an array that has a formula
                self.has_arrays = True
                return of_whole
        shape = self.facts.shape(symbol.key, self.position, symbol)
        if shape is None and not self.is_entry(symbol):
            self.free.add(family(symbol))
        elif shape:
            self.has_declared |= self.facts.value_statement(symbol.key, self.position) is None
            self.sizes |= dict.fromkeys(size for size in shape if size > 1)
            self.symmetric |= {family(symbol)} if self.is_given_symmetric(symbol) else set()
        return ()

    @property
    def size(self) -> int:
        """The size of what has none: that of the article's arrays, where they have one."""
        return next(iter(self.sizes)) if len(self.sizes) == 1 and max(self.sizes) <= MAXIMAL_SIZE else SIZE

    def is_given_symmetric(self, symbol: Symbol) -> bool:
        """Whether the article gives a matrix that equals its transpose."""
        try:
            array = Truth(self.facts).given(symbol.key, self.position)
        except FAILURES:
            return False
        return array.shape != () and array.shape[0] == array.shape[1] and equal(array, array.T)

    def is_entry(self, symbol: Symbol) -> bool:
        try:
            return Meaning(self.facts, self.position).entry(symbol) is not None
        except FAILURES:
            return False

    def mark(self, tree: Tree) -> None:
        for node in nodes(tree):
            of_arrays = node.head in ENTRYWISE or (node.head == "call" and node.args[0] in OF_ARRAYS)
            for part in node.children if of_arrays else ():
                inner = part.args[0] if part.head == "group" else part
                if inner.head == "name":
                    self.marked.add(family(instance(inner.args[0], self.numbers)))
                self.has_arrays = True

    def mark_indexed(self) -> None:
        """A name that stands whole and with an index is an array; so is what a function of its entries is given."""
        for one in list(self.free):
            if one.is_numbered and not one.label and one.base in self.parameters:
                self.free.add(one._replace(sub=""))
                self.symbols.setdefault(one.base, Symbol(one.base))
        for one in list(self.free):
            if one.is_bare and any(other.letter == one.letter and other.is_numbered for other in self.free):
                self.marked.add(one)

    def grant(self) -> None:
        """What is granted to values that are drawn: targets of a cross-entropy add up to 1, and a matrix that is said to
        equal its transpose does so."""
        found = set[Family]()
        for tree in self.trees:
            for node in nodes(tree):
                if node.head == heads.SUM:
                    found |= {family(instance(symbol, self.numbers)) for symbol in weights(node.args[3])}
        letters_ = {one.letter for one in found & self.free if one.is_numbered}
        self.shares = frozenset(found & self.free) | {
            one for one in self.free if one.is_bare and one.letter in letters_
        }
        self.symmetric |= {one for one in self.free if self.is_said_symmetric(one)}

    def is_said_symmetric(self, one: Family) -> bool:
        """Whether the article says that a matrix equals its transpose, in a formula or in words."""
        if not one.is_bare:
            return False
        known = self.facts.knowledge
        formulas = [one.tree for one in (*known.formulas.get(one.base, ()), *known.values.get(one.base, ()))]
        if any(is_transpose_of(tree, one.base) for tree in formulas):
            return True
        name = re.compile(rf"(?:\$|\\\()\s*{re.escape(one.base)}(?![A-Za-z_])")
        return any(
            name.search(self.text, max(word.start() - NEAR, 0), word.end() + NEAR)
            for word in SYMMETRIC.finditer(self.text)
        )

    def is_clear(self) -> bool:
        """Whether no function stands among the names of which nothing is said, and no letter both counts and is a
        quantity."""
        if any(is_opaque(symbol) for symbol in self.symbols.values()):
            return False
        standing = {symbol.key for symbol in self.symbols.values()}
        return not standing & set(self.numbers)

    @property
    def lacks_numbers(self) -> bool:
        """Whether there is something in it of which nothing is said."""
        return bool(self.free or self.letters or self.has_limits or self.has_declared)

    @property
    def unknown(self) -> set[str]:
        """The letters of which nothing is said; those of an array are those of its entries."""
        return {one.letter.lower() for one in self.free}

    # Shapes

    def without_entries(self, shapes: Mapping[Family, Shape]) -> Mapping[Family, Shape]:
        """The shapes, but for names that are entries of arrays."""
        if not any(one.is_numbered for one in shapes):
            return shapes
        wholes = [symbol for symbol in self.symbols.values() if family(symbol).is_bare]
        bare = {one: shape for one, shape in shapes.items() if not one.is_numbered}
        facts = self.facts.supposing(Supposed(bare, self.numbers, size=self.size))
        arrays = {family(symbol).letter.lower() for symbol in wholes if self.shape_in(facts, symbol)}
        return {
            one: shape
            for one, shape in shapes.items()
            if not (one.is_numbered and not one.label and one.letter.lower() in arrays)
        }

    def shape_in(self, facts: Facts, symbol: Symbol) -> Shape | None:
        try:
            return facts.shape(symbol.key, self.position, symbol)
        except FAILURES:
            return None

    def fits(self, facts: Facts, position: Position) -> bool:
        """Whether all formulas have a meaning."""
        try:
            return all(facts.shape(symbol.key, position, symbol) is not None for symbol in self.defined.values())
        except FAILURES:
            return False


def symbols(tree: Tree) -> Iterator[Symbol]:
    for node in nodes(tree):
        if node.head == "name":
            yield node.args[0]


def is_transpose_of(tree: Tree, key: str) -> bool:
    """Whether a formula says of a matrix that it is symmetric, not what it is."""
    return tree.head == ".T" and quantity(tree.args[0]) == key


def weights(body: Tree) -> Iterator[Symbol]:
    """The names that stand as factors before a logarithm."""
    if body.head in ("u-", "group"):
        yield from weights(body.args[0])
    elif body.head in PRODUCT_SIGNS and any(
        part.head == "call" and part.args[0] == heads.LOG for part in body.children
    ):
        for part in body.children:
            yield from symbols(part) if part.head == "name" else ()


def is_opaque(symbol: Symbol) -> bool:
    """Whether a name is the call of a function of which nothing is said, or an operation in words."""
    return (
        "(" in symbol.base or "[" in symbol.base or (symbol.base.startswith(r"\mathrm") and "\\" in "".join(symbol.sub))
    )


def scripts(words: Iterable[str]) -> Iterator[str]:
    """The letters in what stands in scripts."""
    return (letter for word in words if letters(word) or word in LAST for letter in word)

"""Chains with holes where numbers stand: each is written once, and filled for every variant.

How a number is bracketed depends on its sign and on whether it has a power of ten, so there is a form for each
combination that occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flint import fmpq

from derivation.deriving.arithmetic import BROADEST, laid_out
from derivation.deriving.workbook import Workbook
from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports.setting import Setting, doubled
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Number
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, number, walk
from derivation.networks.network import Network
from derivation.tex.slots import Place, SlotWriter, pieces, place_of

MOST = 1 << 16
"""Numbers that are remembered."""
KINDS = {(False, False): "+", (True, False): "-", (False, True): "+e", (True, True): "-e"}
LIKE = {"+": "1", "-": "-1", "+e": "1e1", "-e": "-1e1"}
"""A number of each kind."""


@dataclass(frozen=True, slots=True)
class PrintedNumeral:
    """A number as it is printed: set, its kind (what brackets depend on), whether it is rounded, and how long it is."""

    text: str
    kind: str
    rounded: bool
    length: int


class Numerals(dict[int, PrintedNumeral]):
    """The numerals of a variant's nodes, each made when it is first asked for; `~node` is the number with its sign
    changed."""

    def __init__(self, values: tuple[Number, ...], show: Callable[[Number], PrintedNumeral]) -> None:
        self.values_of, self.show = values, show

    def __missing__(self, node: int) -> PrintedNumeral:
        self[node] = made = self.show(-self.values_of[~node] if node < 0 else self.values_of[node])
        return made


class Numeration:
    """Prints numbers, and remembers those that it has met."""

    def __init__(self, show: Callable[[Number], Term], setting: Setting) -> None:
        self.show, self.setting = show, setting
        self.known: dict[fmpq, PrintedNumeral] = {}

    def __call__(self, x: Number) -> PrintedNumeral:
        if x.__class__ is not fmpq:
            return self.made(x)
        found = self.known.get(x)
        if found is None:
            found = self.made(x)
            if len(self.known) < MOST:
                self.known[x] = found
        return found

    def made(self, x: Number) -> PrintedNumeral:
        term = self.show(x)
        text = term.args[0]
        mantissa, _, power = text.partition("e")
        latex = rf"{mantissa} \times 10^{{{power}}}" if power else text
        kind = "0" if text == "0" else KINDS[text.startswith("-"), bool(power)]
        return PrintedNumeral(self.setting.formula(latex), kind, term.rounded, len(text))


@dataclass(frozen=True, slots=True)
class Filling:
    """A formula with holes: a `%` format and the nodes whose numbers go into it."""

    text: str
    nodes: tuple[int, ...]

    @classmethod
    def of(cls, latex: str, setting: Setting) -> Filling:
        """A text with a slot for each number, set."""
        around, nodes = pieces(latex)
        return cls(setting.form(around), tuple(nodes))

    def filled(self, numerals: Numerals) -> str:
        return self.text % tuple([numerals[node].text for node in self.nodes])

    def rounds(self, numerals: Numerals) -> bool:
        return any(numerals[node].rounded for node in self.nodes)


class Nodes(Workbook):
    """A workbook on which a node stands for its number; printed, it is the place of a number of its kind."""

    def __init__(self, network: Network, nodes: Mapping[Term, Array], kinds: Mapping[int, str]) -> None:
        super().__init__(network)
        self.known, self.kinds = dict(nodes), kinds

    def literal(self, array: Array) -> Term:
        return laid_out(array, array, self.network.page.elide, self.numeral)

    def numeral(self, node: int) -> Term:
        kind = self.kinds.get(node, "+")
        return number("0") if kind == "0" else Term("number", (LIKE[kind],), Array.scalar(Place(node)))


def _node(numeral: Term) -> int | None:
    """The node that a numeral is the place of, whatever its sign; None for a number of the formula's own."""
    place = place_of(numeral)
    return None if place is None else max(place.key, ~place.key)


@dataclass
class NumbersPutIn:
    """A formula with numbers put in: a form for each combination of kinds that its scalars have."""

    formula: Term
    exercise: Exercise
    setting: Setting
    forms: dict[tuple[str, ...], Filling] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writer = SlotWriter(self.exercise.network.names)
        term = self.term({})
        arrays = [node for node in walk(term) if node.head == "matrix"]
        inside = {id(entry) for array in arrays for row in array.args for entry in row.args}
        alone = [node for node in walk(term) if node.head == "number" and id(node) not in inside]
        self.alone = tuple(node for numeral in alone if (node := _node(numeral)) is not None)
        self.scalars = tuple(dict.fromkeys(self.alone))
        self.literals = sum(len(numeral.args[0]) for numeral in alone if _node(numeral) is None)
        self.arrays = [
            [
                [node for entry in row.args if entry.head == "number" and (node := _node(entry)) is not None]
                for row in array.args
            ]
            for array in arrays
        ]
        self.is_sum = any(node.head == heads.SUM for node in walk(self.formula)) and not any(
            node.head == "dots" for node in walk(term)
        )

    def term(self, kinds: Mapping[int, str]) -> Term:
        return Nodes(self.exercise.network, self.exercise.nodes, kinds).put_in(self.formula)

    def shown(self, numerals: Numerals) -> Filling | None:
        """The form for these numbers; None where the handout would show them entry by entry."""
        if self.is_sum or self.is_broad(numerals):
            return None
        kinds = tuple([numerals[node].kind for node in self.scalars])
        if kinds not in self.forms:
            term = self.term(dict(zip(self.scalars, kinds, strict=True)))
            self.forms[kinds] = Filling.of(self.writer.write(term)[0], self.setting)
        return self.forms[kinds]

    def is_broad(self, numerals: Numerals) -> bool:
        """As `deriving.arithmetic.is_broad`."""
        if len(self.arrays) < 2:
            return False
        digits = self.literals + sum(numerals[node].length for node in self.alone)
        return (
            digits + sum(max(sum(numerals[node].length for node in row) for row in array) for array in self.arrays)
            > BROADEST
        )


@dataclass(frozen=True)
class Filled:
    """A chain as it is laid out: its quantity, (relation, formula) of each part behind it, and its reason."""

    quantity: str
    links: list[tuple[str, str]]
    reason: str


Layout = Callable[[Filled], str]
"""How a template lays a chain out."""
Part = tuple[str, Filling, Numerals]
"""(relation, form, the numbers that go into it) of a part of a chain."""


@dataclass
class ChainForm:
    """A chain but for its numbers; `kinked` is its formula where it has a kink, which a footnote tells of if it is
    met."""

    term: Term
    signs: Mapping[str, str]
    quantity: str
    formulas: tuple[str, ...]
    put_in: NumbersPutIn | None
    value: Filling | None
    reason: str
    kinked: Term | None
    layouts: dict[tuple[tuple[str, int], ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fixed = [(self.signs["="], Filling(doubled(formula), ())) for formula in self.formulas]

    def parts(self, numerals: Numerals, ends: Numerals) -> list[Part]:
        """What stands behind the quantity."""
        parts = [(sign, form, numerals) for sign, form in self.fixed]
        if self.value is None:
            return parts
        rounds = self.value.rounds(ends)
        form = self.put_in and self.put_in.shown(numerals)
        if form and form.filled(numerals) != self.value.filled(ends):
            rounded = form.rounds(numerals)
            parts.append((self.signs["≈" if rounded else "="], form, numerals))
            rounds = rounds or rounded
        parts.append((self.signs["≈" if rounds else "="], self.value, ends))
        return parts

    def filled(self, numerals: Numerals, ends: Numerals) -> Filled:
        """The chain with its numbers."""
        return Filled(
            self.quantity,
            [(sign, form.filled(numbers)) for sign, form, numbers in self.parts(numerals, ends)],
            self.reason,
        )

    def laid(self, numerals: Numerals, ends: Numerals, layout: Layout) -> str:
        """The chain with its numbers as the template lays it out, which is done once for all chains of the same
        form."""
        parts = self.parts(numerals, ends)
        key = tuple([(sign, id(form)) for sign, form, _ in parts])
        text = self.layouts.get(key)
        if text is None:
            links = [(sign, form.text) for sign, form, _ in parts]
            text = self.layouts[key] = str(layout(Filled(doubled(self.quantity), links, doubled(self.reason))))
        return text % tuple([numbers[node].text for _, form, numbers in parts for node in form.nodes])

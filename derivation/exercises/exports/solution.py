"""The worked solution of any variant: each chain is written once by the writer of the handout, with holes where numbers
stand.

A chain is formula = numbers put in = value; the arithmetic between, whose form depends on the numbers, is left to the
handout. How a number is bracketed depends on its sign and on whether it has a power of ten, so there is a form for each
combination that occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from flint import fmpq
from markupsafe import Markup

from derivation.deriving.arithmetic import BROADEST, concluded, laid_out, printed
from derivation.deriving.backward import backward
from derivation.deriving.forward import forward, notes, setup
from derivation.deriving.update import start, update
from derivation.deriving.workbook import Workbook
from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.setting import Localized, Setting, doubled
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Number, certified
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, number, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Line, Phase, Reason, Step
from derivation.pages.views.view import RELATIONS
from derivation.pages.words import Words, latex_of
from derivation.tex.slots import Place, SlotWriter, pieces, place_of
from derivation.tex.write import Writer

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


class _Nodes(Workbook):
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
        return _Nodes(self.exercise.network, self.exercise.nodes, kinds).put_in(self.formula)

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


@dataclass(frozen=True)
class ChainGroup:
    """The chains under one title; `opening` is the title of the phase where one begins."""

    phase: str
    opening: str
    number: int
    title: str
    chains: tuple[ChainForm, ...]


class Solution:
    """The worked solutions of an exercise, in a platform's setting and a template's layout."""

    def __init__(self, exercise: Exercise, setting: Setting, layout: Layout) -> None:
        network = exercise.network
        setting = Localized(setting, network.page.decimal)
        self.exercise, self.setting, self.layout = exercise, setting, layout
        style = network.style
        self.print, self.conclude = (Numeration(partial(show, style=style), setting) for show in (printed, concluded))
        self.signs = {relation: setting.formula(latex) for relation, latex in RELATIONS.items()}
        self.writer, latex = Writer(network.names), latex_of(network)
        self.words = Words(lambda term: f"${latex(term)}$", decimal=network.page.decimal)
        phases, self.sources = _worked(network)
        stated = {step.quantity: step for phase in phases for step in phase.steps if step.quantity in exercise.given}
        self.given = [self.chain(step) for step in stated.values() if step.lines[-1].role == "value"]
        self.groups = [group for phase in phases[1:] for group in self.grouped(phase)]

    def grouped(self, phase: Phase) -> Iterator[ChainGroup]:
        for place, (order, steps) in enumerate(groupby(phase.steps, lambda step: step.number)):
            members = [step for step in steps if step.quantity.head != heads.NORM]  # nobody is asked for it
            opening = "" if place else self.words.text("phases", phase.key)
            title = self.spoken("titles", members[0].title)
            yield ChainGroup(phase.key, opening, order, title, tuple(map(self.chain, members)))

    def chain(self, step: Step) -> ChainForm:
        formulas = [line.term for line in step.lines if line.role == "formula"]
        source = self.sources[step.quantity] if formulas and step.lines[-1].role == "value" else None
        return ChainForm(
            step.quantity,
            self.signs,
            self.formula(step.quantity),
            tuple(map(self.formula, formulas)),
            NumbersPutIn(source, self.exercise, self.setting) if source else None,
            self.value(step),
            self.reason(step.reason),
            source if source and any(node.head in TABLE and TABLE[node.head].kink for node in walk(source)) else None,
        )

    def formula(self, term: Term) -> str:
        return self.setting.formula(self.writer.write(term)[0])

    def value(self, step: Step) -> Filling | None:
        if step.lines[-1].role != "value":
            return None
        literal = _Nodes(self.exercise.network, self.exercise.nodes, {}).literal(self.exercise.nodes[step.quantity])
        shown = _expression(step, self.exercise) or literal
        return Filling.of(SlotWriter(self.exercise.network.names).write(shown)[0], self.setting)

    def reason(self, reason: Reason | None) -> str:
        """The sentence that holds for any numbers: not the one for inputs that are all positive, say."""
        return self.spoken("reasons", reason and Reason(reason.key.partition(".")[0], reason.about))

    def spoken(self, table: str, reason: Reason | None) -> str:
        """A sentence with its formulas as the format sets them."""
        return self.setting.sentence(self.words.sentence(table, reason))

    def of(self, variant: Variant) -> Worked:
        """The solution of one variant."""
        return Worked(self, variant)


def _expression(step: Step, exercise: Exercise) -> Term | None:
    """What a quantity is given as, where that is an expression (1/3) and worked with as it is; None for decimals."""
    varied = {quantity for quantity, _ in exercise.slots}
    if step.quantity not in exercise.given or step.quantity in varied or exercise.network.carry:
        return None
    return next((line.term for line in step.lines if line.role == "substitution"), None)


class Worked:
    """The worked solution of one variant."""

    def __init__(self, solution: Solution, variant: Variant) -> None:
        self.solution, self.known = solution, _Known(variant)
        self.numerals = Numerals(variant.values, solution.print)
        self.ends = Numerals(variant.values, solution.conclude) if variant.exercise.network.carry else self.numerals

    @property
    def given(self) -> list[Filled]:
        """The numbers that are given."""
        return [chain.filled(self.numerals, self.ends) for chain in self.solution.given]

    @property
    def groups(self) -> Iterable[tuple[ChainGroup, list[tuple[str, list[str]]]]]:
        """Each group with its chains as they are laid out, and their footnotes."""
        return [(group, [self.laid(chain) for chain in group.chains]) for group in self.solution.groups]

    def laid(self, chain: ChainForm) -> tuple[str, list[str]]:
        met = notes(self.known, chain.kinked) if chain.kinked else ()
        text = chain.laid(self.numerals, self.ends, self.solution.layout)
        return Markup(text), [self.solution.spoken("notes", note) for note in met]


class _Known(Workbook):
    """A workbook that knows a variant's values, each looked up when it is needed."""

    def __init__(self, variant: Variant) -> None:
        self.network, self.known = variant.exercise.network, _Values(variant)


class _Values(dict[Term, Array]):
    def __init__(self, variant: Variant) -> None:
        self.variant = variant

    def get(self, quantity: Term, default: Array | None = None) -> Array | None:  # type: ignore[override]
        return self.variant.value(quantity) if quantity in self.variant.exercise.nodes else default


class _Scribe(Workbook):
    """A workbook that keeps, for each chain, the formula that numbers are put into."""

    def __init__(self, network: Network) -> None:
        super().__init__(network, start(network))
        self.sources: dict[Term, Term] = {}

    def chain(
        self,
        quantity: Term,
        formulas: Iterable[Term],
        numbers: Term | None = None,
        reason: Reason | None = None,
        first: Iterable[Term] = (),
    ) -> tuple[Line, ...]:
        formulas = list(formulas)
        self.sources[quantity] = numbers or formulas[-1]
        return super().chain(quantity, formulas, numbers, reason, first)


def _worked(network: Network) -> tuple[list[Phase], dict[Term, Term]]:
    """The phases of the first training step, and the formulas that numbers are put into."""

    def work() -> tuple[list[Phase], dict[Term, Term]]:
        workbook = _Scribe(network)
        phases = [setup(workbook), forward(workbook)]
        if network.loss:
            phases.append(backward(workbook))
        if network.update:
            phases.append(update(workbook, phases[-1]))
        return phases, workbook.sources

    return certified(work)

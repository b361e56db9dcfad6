"""The worked solution of any variant: each chain is written once by the writer of the handout, with holes where numbers
stand (`chains.py`).

A chain is formula = numbers put in = value; the arithmetic between, whose form depends on the numbers, is left to the
handout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from markupsafe import Markup

from derivation.deriving.arithmetic import concluded, printed
from derivation.deriving.backward import backward
from derivation.deriving.forward import forward, notes, setup
from derivation.deriving.update import start, update
from derivation.deriving.workbook import Workbook
from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.chains import (
    ChainForm,
    Filled,
    Filling,
    Layout,
    Nodes,
    NumbersPutIn,
    Numerals,
    Numeration,
)
from derivation.exercises.exports.setting import Localized, Setting
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import certified
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Line, Phase, Reason, Step
from derivation.pages.views.view import RELATIONS
from derivation.pages.words import Words, latex_of
from derivation.tex.slots import SlotWriter
from derivation.tex.write import Writer


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
        literal = Nodes(self.exercise.network, self.exercise.nodes, {}).literal(self.exercise.nodes[step.quantity])
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

"""An exercise: one network worked out once, ready to be run with other numbers; and a variant: its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from flint import fmpq

from derivation.deriving import derive
from derivation.deriving.tape import Tape, record
from derivation.exercises.exercise.program import Circular, Program, ScalarGraph, Traced
from derivation.exercises.mistakes import applied
from derivation.exercises.plan.contract import Contract
from derivation.exercises.plan.plan import Plan, Slot
from derivation.exercises.plan.table import in_keeping, plan_of
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Number, Uncertain, Undefined, certified, same
from derivation.formulas.terms import Term, index
from derivation.mistakes.table import Mistake, latest
from derivation.mistakes.table import mistakes as known
from derivation.networks.keys import key_of
from derivation.networks.network import Network
from derivation.networks.update import PREFIX
from derivation.networks.walkthrough import Derivation, Step
from derivation.spec.errors import SpecError
from derivation.spec.reader import Opened, opened, opened_text
from derivation.words.language import preferring
from derivation.words.telling import tell

TRIALS = 12
"""Sets of numbers at which mistakes are held against each other."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One number that a student writes: an entry of a quantity (places from 0), the node that works it, and where the
    walkthrough does."""

    quantity: Term
    place: tuple[int, ...]
    node: int
    phase: str
    number: int

    @property
    def key(self) -> str:
        """How tables of answers call it, entries counted from 1 as on paper: `dL/dW1[1,2]`."""
        return key_of(self.quantity) + (f"[{','.join(str(k + 1) for k in self.place)}]" if self.place else "")

    @property
    def term(self) -> Term:
        """The entry as a term: the derivative by an entry of W for an entry of the derivative by W."""
        if not self.place:
            return self.quantity
        head, *args = self.quantity.head, *self.quantity.args
        entry = index(args[-1] if head in ("partial", "updated") else self.quantity, *self.place)
        return Term(head, (*args[:-1], entry)) if head in ("partial", "updated") else entry


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A mistake made in this exercise: its edited tape, and for each blank the node that works the wrong answer."""

    row: Mistake
    tape: Tape
    nodes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Exercise:
    """A network with what is asked of it.

    `derivation` is the walkthrough at the spec's own numbers, `given` what the tape starts from there; `slots` say
    which of its entries each input of the program is, and `nodes` which node of the program works each quantity. The
    mistakes are those that its edition knows.
    """

    network: Network
    plan: Plan
    derivation: Derivation
    tape: Tape
    program: Program
    given: Mapping[Term, Array]
    slots: tuple[Slot, ...]
    nodes: Mapping[Term, Array]
    blanks: tuple[Blank, ...]
    mistakes: tuple[Mistaken, ...]
    edition: int

    @property
    def contract(self) -> Contract:
        return self.plan.contract

    @cached_property
    def steps(self) -> tuple[tuple[str, Step], ...]:
        """(phase, step) of every step that works a quantity, in the order of the walkthrough."""
        return tuple(worked_steps(self.derivation))

    @cached_property
    def points(self) -> tuple[int, ...]:
        """What each blank is worth."""
        return tuple(self.plan.points.get(key_of(blank.quantity), 1) for blank in self.blanks)

    @cached_property
    def formulas(self) -> Mapping[Term, Term]:
        """The formula of each quantity that is asked for, where all that it is worked from is given or asked for as
        well."""
        worked, asked = {step.quantity for _, step in self.steps}, {blank.quantity for blank in self.blanks}

        def is_told(term: Term) -> bool:
            return term in asked if term in worked else all(map(is_told, term.children))

        found = {
            step.quantity: line.term
            for _, step in reversed(self.steps)
            for line in reversed(step.lines)
            if line.role == "formula"
        }
        return {quantity: formula for quantity, formula in found.items() if quantity in asked and is_told(formula)}

    def run(self, inputs: tuple[fmpq, ...]) -> list[Number]:
        """The value of every node, with as many bits as its comparisons need."""
        return certified(lambda: self.program.run(inputs))


@dataclass(frozen=True)
class Variant:
    """An exercise with numbers. `number` counts from 1; `id` is what is printed on the sheet; `values` are those of all
    nodes."""

    exercise: Exercise
    number: int
    id: str
    inputs: tuple[fmpq, ...]
    values: tuple[Number, ...]
    stratum: str = ""

    @cached_property
    def network(self) -> Network:
        """The network at this variant's numbers, to be worked like any other."""
        network, given = self.exercise.network, self.given
        update = network.update
        if update:
            constants = {
                key: given.get(Term("name", (PREFIX + key,)), array) for key, array in update.constants.items()
            }
            update = replace(update, constants=constants)
        parameters, data = (
            {key: given.get(Term("name", (key,)), array) for key, array in table.items()}
            for table in (network.parameters, network.data)
        )
        varied = {quantity.args[0] for quantity, _ in self.exercise.slots}
        written = {key: term for key, term in network.written.items() if key not in varied}
        return replace(network, parameters=parameters, data=data, update=update, written=written)

    @cached_property
    def given(self) -> dict[Term, Array]:
        """Parameters, data and constants with this variant's numbers put in."""
        start = self.exercise.given
        changed = {quantity: list(start[quantity].entries) for quantity, _ in self.exercise.slots}
        for (quantity, offset), value in zip(self.exercise.slots, self.inputs, strict=True):
            changed[quantity][offset] = value
        return {
            **start,
            **{quantity: Array(start[quantity].shape, tuple(entries)) for quantity, entries in changed.items()},
        }

    def value(self, quantity: Term) -> Array:
        """A quantity's value."""
        nodes: Array = self.exercise.nodes[quantity]
        return nodes.map(lambda node: self.values[node])

    @property
    def answers(self) -> tuple[Number, ...]:
        """The right answer for each blank."""
        return tuple(self.values[blank.node] for blank in self.exercise.blanks)

    def wrong(self, mistaken: Mistaken) -> tuple[Number, ...]:
        """The answer for each blank of somebody who makes a mistake."""
        return tuple(self.values[node] for node in mistaken.nodes)


def exercise(network: Network, plan: Plan, edition: int | None = None) -> Exercise:
    """The exercise that a network makes: worked and traced once, for all variants. Of the latest edition, where none is
    named.

    Raises what `deriving.derive` raises, and `ValueError` where something is asked that the walkthrough does not work.
    """
    edition, network = latest() if edition is None else edition, _at_first_step(network)
    tape, given = record(network)
    graph = ScalarGraph()
    slots = tuple(plan.domains)
    right = _traced(graph, tape, _started(graph, given, slots), network)
    required = len(graph.code)
    derivation = derive(network)
    blanks = tuple(_blanks(derivation, right, plan.asked))
    rows = known(edition).values()
    mistakes = list(_mistaken(rows, graph, tape, given, slots, network, plan.contract, blanks))
    program = Program.of(graph, required)
    telling = tuple(_telling(program, plan, blanks, mistakes))
    return Exercise(network, plan, derivation, tape, program, given, slots, right, blanks, telling, edition)


def _at_first_step(network: Network) -> Network:
    """The network that is asked for: where each training step has data of its own, the first step alone."""
    if not network.samples or network.update is None:
        return network
    return replace(network, samples=(), update=replace(network.update, steps=1, worked=1))


def _started(graph: ScalarGraph, given: Mapping[Term, Array], slots: tuple[Slot, ...]) -> dict[Term, Array]:
    """What the tape starts from, as nodes: an input where an entry varies, a constant elsewhere."""
    inputs = {slot: graph.variable(slot) for slot in slots}
    return {
        quantity: Array(
            array.shape,
            tuple(
                inputs.get((quantity, offset)) or graph.constant(entry) for offset, entry in enumerate(array.entries)
            ),
        )
        for quantity, array in given.items()
    }


def _traced(graph: ScalarGraph, tape: Tape, start: Mapping[Term, Array], network: Network) -> dict[Term, Array]:
    """The node of every entry of every quantity."""
    traced = Traced(graph, tape, start, network.carry)
    for entry in tape:
        traced.get(entry.quantity)
    return {quantity: array.map(lambda node: node.place) for quantity, array in traced.arrays.items()}


def _blanks(derivation: Derivation, nodes: Mapping[Term, Array], asked: tuple[str, ...]) -> Iterator[Blank]:
    steps = worked_steps(derivation)
    unknown = set(asked) - {key_of(step.quantity) for _, step in steps}
    if unknown:
        raise ValueError(tell("plan.works_no", keys=", ".join(sorted(unknown))))
    for phase, step in steps:
        if not asked or key_of(step.quantity) in asked:
            array = nodes[step.quantity]
            for place in array.places:
                yield Blank(step.quantity, place, array[place or (0,)], phase, step.number)


def _mistaken(
    rows: Iterable[Mistake],
    graph: ScalarGraph,
    tape: Tape,
    given: Mapping[Term, Array],
    slots: tuple[Slot, ...],
    network: Network,
    contract: Contract,
    blanks: tuple[Blank, ...],
) -> Iterator[Mistaken]:
    """Each mistake that can be made here and shows: one that gives the same answers as another, whatever the numbers,
    is left out."""
    seen = {tuple(blank.node for blank in blanks)}
    for row in rows:
        edited = applied(row, tape, network, contract)
        if edited is None:
            continue
        try:
            nodes = _traced(graph, edited, _started(graph, given, slots), network)
        except Circular:
            continue
        shown = tuple(nodes[blank.quantity][blank.place or (0,)] for blank in blanks)
        if shown not in seen:
            seen.add(shown)
            yield Mistaken(row, edited, shown)


def _telling(program: Program, plan: Plan, blanks: tuple[Blank, ...], mistakes: list[Mistaken]) -> Iterator[Mistaken]:
    """The mistakes that show at some of a few trial numbers, each unlike those before it: ReLU's derivative at h is the
    one at z."""
    right = tuple(blank.node for blank in blanks)
    trials = list(_trials(program, plan))
    kept = [right]
    for mistaken in mistakes:
        if all(any(_differ(values, mistaken.nodes, nodes) for values in trials) for nodes in kept):
            kept.append(mistaken.nodes)
            yield mistaken


def _trials(program: Program, plan: Plan) -> Iterator[list[Number]]:
    """All nodes at a few numbers, spread over what each input may be; those at which something has no value are left
    out."""
    for trial in range(TRIALS):
        inputs = [
            domain[(place * place + 5 * (trial + 1) * (place + 1)) % len(domain)]
            for place, domain in enumerate(plan.domains.values())
        ]
        with suppress(Undefined, Uncertain):
            yield certified(lambda inputs=inputs: program.run(inputs))  # type: ignore[misc]


def _differ(values: list[Number], some: tuple[int, ...], others: tuple[int, ...]) -> bool:
    return any(a != b and not same(values[a], values[b]) for a, b in zip(some, others, strict=True))


def worked_steps(derivation: Derivation) -> list[tuple[str, Step]]:
    """The steps that work a quantity by a formula, in the first training step."""
    return [
        (phase.key, step)
        for phase in derivation.phases
        if phase.key in ("forward", "backward", "update") and phase.training_step == 1
        for step in phase.steps
        if step.lines[-1].role == "value" and any(line.role == "formula" for line in step.lines)
    ]


def in_edition(made: Exercise, edition: int) -> Exercise:
    """The same exercise with the mistakes of another edition."""
    return made if made.edition == edition else exercise(made.network, made.plan, edition)


def load_exercise(path: Path) -> Exercise:
    """The exercise that a spec describes; raises `SpecError` with every problem found."""
    return _of(opened(path))


def exercise_of(text: str, folder: str, source: str = "<spec>", edition: int | None = None) -> Exercise:
    """The exercise of a spec's text; files that it names are looked for in `folder`, problems are told of `source`."""
    return _of(opened_text(text, source, Path(folder)), edition)


def _of(found: Opened, edition: int | None = None) -> Exercise:
    with preferring(found.network.page.language):
        plan = plan_of(found)
        try:
            return exercise(in_keeping(found.network, plan.contract), plan, edition)
        except ValueError as problem:
            raise SpecError(found.source, [found.places.problem(("variants", "ask"), str(problem))]) from None

"""What the worksheet's templates see: the same for all variants but for its numbers, which are holes with names of
their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from derivation.exercises.exercise.exercise import Blank, Exercise, Variant
from derivation.exercises.plan.plan import Slot
from derivation.formulas.decimals import decimal
from derivation.formulas.language.constants import is_itself
from derivation.formulas.numbers import Number
from derivation.formulas.terms import Term, name
from derivation.networks.network import Network, inlined
from derivation.networks.update import PREFIX
from derivation.networks.walkthrough import Step
from derivation.pages.words import Words, latex_of, shown
from derivation.words.language import spoken
from derivation.words.telling import tell

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class GivenRows:
    """A quantity that is given: its symbol, and row by row its numbers or the names of holes for them."""

    symbol: str
    rows: tuple[tuple[str, ...], ...]
    is_scalar: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A quantity to be worked: its symbol, its formula, and the shape of what is to be written."""

    symbol: str
    formula: str
    rows: tuple[tuple[int, ...], ...]
    points: int
    is_scalar: bool


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """The tasks under one title; `phase` is set where a phase begins."""

    phase: str
    key: str
    number: int
    title: str
    tasks: tuple[Task, ...]
    worth: str


@dataclass(frozen=True)
class SheetView:
    """A worksheet but for its numbers. `holes` are the names of the numbers in the order of the exercise's inputs."""

    title: str
    subtitle: str
    structure: tuple[str, ...]
    given: tuple[GivenRows, ...]
    groups: tuple[TaskGroup, ...]
    contract: str
    points: int
    words: Mapping[str, str]
    holes: tuple[str, ...]
    language: str
    """The code of the language that it speaks."""
    hyphenation: str
    """The patterns that TeX hyphenates it by; "" for its own."""


def sheet_view(exercise: Exercise) -> SheetView:
    """The worksheet of an exercise."""
    network = exercise.network
    latex = latex_of(network)
    words = Words(lambda term: f"${latex(term)}$", decimal=network.page.decimal)
    holes = tuple(letters(place) for place in range(len(exercise.slots)))
    named = dict(zip(exercise.slots, holes, strict=True))
    structure = tuple(f"{latex(name(key))} = {latex(term)}" for key, term in inlined(network).items())
    if network.update:
        structure += tuple(_rule(exercise, latex))
    groups = tuple(_groups(exercise, latex, words))
    given = tuple(_given(exercise, latex, named))
    return SheetView(
        network.title,
        words.text("worksheet", "subtitle"),
        structure,
        given,
        groups,
        contract(exercise, words),
        sum(exercise.points),
        words.words["worksheet"],
        holes,
        spoken(),
        words.words["language"]["hyphenation"],
    )


def contract(exercise: Exercise, words: Words) -> str:
    """How answers are to be given, in a sentence or two."""
    agreed = exercise.contract
    given = words.text(
        "contract",
        "digits" if agreed.places is None else "places",
        count=agreed.digits if agreed.places is None else agreed.places,
    )
    return given + " " + words.text("contract", "carry" if agreed.carries else "full")


def numbers(variant: Variant) -> tuple[str, ...]:
    """The variant's numbers as printed, in the order of its inputs."""
    network = variant.exercise.network
    return tuple(shown(decimal(value, network.style).text, network.page.decimal) for value in variant.inputs)


def letters(place: int) -> str:
    """A name of letters for each number: TeX's macros take no digits.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'BA')
    """
    rest, last = divmod(place, len(LETTERS))
    return (letters(rest) if rest else "") + LETTERS[last]


def _rule(exercise: Exercise, latex: Callable[[Term], str]) -> Iterator[str]:
    """The update rule for any parameter."""
    for phase in exercise.derivation.phases:
        if phase.key == "update":
            for step in phase.steps:
                if step.title.key == "rule" and step.lines[-1].role == "formula":
                    yield f"{latex(step.lines[0].term)} = {latex(step.lines[-1].term)}"


def _given(exercise: Exercise, latex: Callable[[Term], str], holes: Mapping[Slot, str]) -> Iterator[GivenRows]:
    network = exercise.network
    constants = network.update.constants if network.update else {}
    for key in (*network.data, *network.parameters, *(PREFIX + key for key in constants)):
        array, written = exercise.given[name(key)], _expressions(network, key)
        offsets = iter(range(len(array.entries)))
        rows = tuple(
            tuple(
                holes.get((name(key), offset)) or (latex(written[offset]) if written else _printed(entry, network))
                for entry, offset in zip(row, offsets, strict=False)
            )
            for row in array.rows
        )
        yield GivenRows(latex(name(key)), rows, not array.shape)


def _expressions(network: Network, key: str) -> list[Term]:
    """The entries of what is given as an expression and worked with as it is: 1/3, not 0.333."""
    written = None if network.carry else network.written.get(key)
    if written is None or is_itself(key, written):
        return []
    return [entry for row in written.args for entry in row.args] if written.head == "matrix" else [written]


def _printed(x: Number, network: Network) -> str:
    return shown(decimal(x, network.style).text, network.page.decimal)


def _groups(exercise: Exercise, latex: Callable[[Term], str], words: Words) -> Iterator[TaskGroup]:
    asked: dict[Term, list[Blank]] = {}
    for blank in exercise.blanks:
        asked.setdefault(blank.quantity, []).append(blank)
    steps = [(phase, step) for phase, step in exercise.steps if step.quantity in asked]
    before = ""
    for number, ((phase, _), found) in enumerate(groupby(steps, lambda pair: (pair[0], pair[1].number)), 1):
        members = [step for _, step in found]
        tasks = tuple(_task(step, exercise, latex) for step in members)
        opening = words.text("phases", phase) if phase != before else ""
        yield TaskGroup(
            opening,
            phase,
            number,
            words.sentence("titles", members[0].title),
            tasks,
            tell("worksheet.worth", count=sum(task.points for task in tasks)),
        )
        before = phase


def _task(step: Step, exercise: Exercise, latex: Callable[[Term], str]) -> Task:
    array = exercise.nodes[step.quantity]
    formula = exercise.formulas.get(step.quantity)
    rows = tuple(tuple(1 for _ in row) for row in array.rows)
    points = sum(
        worth for blank, worth in zip(exercise.blanks, exercise.points, strict=True) if blank.quantity == step.quantity
    )
    return Task(latex(step.quantity), latex(formula) if formula else "", rows, points, not array.shape)

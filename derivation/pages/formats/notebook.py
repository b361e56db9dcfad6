"""A notebook that works the walkthrough again, with NumPy alone, and holds every number against the derivation's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from derivation.deriving.tape import Entry, record
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import Carry, Style, at_a_tie, decimal
from derivation.formulas.numbers import Number
from derivation.formulas.terms import Term, name, partial, updated, walk
from derivation.networks.walkthrough import Derivation
from derivation.pages.formats.markdown_math import safe
from derivation.pages.formats.numpy_code import Code, helpers_source
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.views.view import GroupView, View, view
from derivation.pages.words import in_its_language
from derivation.words.files import load
from derivation.words.language import LANGUAGE
from derivation.words.telling import form

DIGITS = 17
"""Significant digits with which a float is given back exactly."""
PASSES = ("forward", "backward", "update")


def write(derivation: Derivation, *look: object) -> bytes:
    """The notebook in UTF-8."""
    return notebook(derivation).encode()


@in_its_language
def notebook(derivation: Derivation) -> str:
    """The notebook, in version 4.5 of Jupyter's format."""
    form = format_of("notebook")
    made = Notebook(derivation, view(derivation, form["inline"].format, form["real"]))
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    if made.seen.language != LANGUAGE:
        metadata["lang"] = made.seen.language
    form_of = {"cells": list(made.cells()), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(form_of, ensure_ascii=False, indent=1) + "\n"


@dataclass
class Notebook:
    """Writes the cells in order; `done` are the quantities that code has worked so far."""

    derivation: Derivation
    seen: View
    done: set[Term] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        network = self.derivation.network
        tape, self.given = record(network)
        self.tape = {entry.quantity: entry for entry in tape if entry.quantity != entry.formula}
        self.code = Code(network.names.shapes)
        self.lines = {quantity: self.line(entry) for quantity, entry in self.tape.items()}
        self.words = load()["notebook"]

    def cells(self) -> Iterator[dict[str, Any]]:
        """Title, imports, what is given, each step with its code, and the comparison."""
        yield self.text("title", view=self.seen, words=self.words)
        yield self.program(self.preamble())
        for phase, shown in zip(self.derivation.phases, self.seen.phases, strict=False):
            if phase.key == "setup":
                yield self.text("setup", phase=shown, view=self.seen)
                yield self.program("\n".join(self.givens()))
            elif phase.key in PASSES and phase.training_step == 1:
                yield self.text("phase", phase=shown)
                for group in shown.groups:
                    quantities = [step.quantity for step in phase.steps if step.number == group.number]
                    yield from self.step(group, quantities)
        rest = [line for quantity in self.tape for line in self.needed(quantity)]
        if rest:
            yield self.program("\n".join(rest))
        if self.derivation.outcome:
            count = len(self.derivation.training_steps)
            note = form(self.words["training_note"], {"count": count}).format(count=count)
            yield self.text("training", words=self.words, note=note)
            yield self.program("\n".join(self.training()))
        yield self.text("check", words=self.words)
        yield self.program("\n".join(self.checks()))

    def step(self, group: GroupView, quantities: list[Term]) -> Iterator[dict[str, Any]]:
        """A step's chains, and the lines of code that work its quantities."""
        yield self.text("step", group=group)
        lines = [line for quantity in quantities for line in self.needed(quantity)]
        if lines:
            results = [self.code.identifier(quantity) for quantity in quantities if quantity in self.tape]
            yield self.program("\n".join([*lines, ", ".join(results)]))

    def needed(self, quantity: Term) -> Iterator[str]:
        """The lines that a quantity still needs, its own last."""
        if quantity in self.done or quantity not in self.tape:
            return
        self.done.add(quantity)
        for node in walk(self.tape[quantity].formula):
            yield from self.needed(node)
        yield self.lines[quantity]

    def line(self, entry: Entry) -> str:
        value, carry = self.code.write(entry.formula), self.derivation.network.carry
        if carry and entry.is_result:
            value = self.carried(value, carry)
        elif entry.quantity in self.tied:
            value = f"np.round({value}, 12)"  # a binary float that should be 0 would fall on one side of the kink
        return f"{self.code.identifier(entry.quantity)} = {value}"

    @cached_property
    def tied(self) -> set[Term]:
        """Quantities with an entry that lies exactly at a kink."""
        notes = (note for phase in self.derivation.phases for step in phase.steps for note in step.notes)
        entries = (note.about["entries"] for note in notes if "entries" in note.about)
        return {
            node
            for terms in entries
            if isinstance(terms, tuple)
            for term in terms
            if isinstance(term, Term)
            for node in walk(term)
            if node.head == "name"
        }

    def carried(self, value: str, carry: Carry) -> str:
        """The value rounded as it is written down."""
        called, count = ("to_digits", carry.digits) if carry.places is None else ("to_places", carry.places)
        self.code.helpers.add(called)
        return f"{called}({value}, {count})"

    def preamble(self) -> str:
        """Imports, and the functions that the lines use."""
        functions = list(filter(None, [helpers_source(self.code.helpers), *self.code.functions.values()]))
        standard = [
            f"import {module}\n"
            for module in ("decimal", "math")
            if any(f"{module}." in function for function in functions)
        ]
        imports = "".join(
            [*standard, "\n" * bool(standard), "import numpy as np\n\nnp.set_printoptions(precision=6, suppress=True)"]
        )
        return "\n\n\n".join([imports, *functions])

    def givens(self) -> Iterator[str]:
        """A line for each quantity that something is worked from."""
        used = {node for entry in self.tape.values() for node in walk(entry.formula)}
        for quantity, array in self.given.items():
            if quantity in used:
                yield f"{self.code.identifier(quantity)} = {literal(array)}"

    def training(self) -> Iterator[str]:
        """The further training steps, and the forward pass after the last."""
        network, states = (
            self.derivation.network,
            [entry.quantity for entry in self.tape.values() if entry.quantity.head == "updated"],
        )
        handed = [f"{self.code.identifier(state.args[0])} = {self.code.identifier(state)}" for state in states]
        step = next((self.code.identifier(quantity) for quantity in self.given if quantity == name("update.t")), "t")
        loss = self.code.identifier(name(network.loss or ""))
        forward = [self.lines[name(key)] for key in network.equations]
        yield from self.samples()
        yield f"losses = [{loss}]"
        yield f"for {step} in range(2, {len(self.derivation.training_steps) + 1}):"
        taken = [f"{key} = {key}_steps[{step} - 1]" for key in map(self.code.identifier, self.changing)]
        yield from (f"    {line}" for line in (*taken, *handed, *self.lines.values(), f"losses.append({loss})"))
        yield from (*handed, *forward, f"losses.append({loss})", "losses")

    @cached_property
    def changing(self) -> list[Term]:
        """The data that are others at each training step."""
        samples = self.derivation.network.samples
        return list(map(name, samples[0].data)) if samples else []

    def samples(self) -> Iterator[str]:
        """The data of each training step, as lists."""
        for quantity in self.changing:
            values = [literal(step.values[quantity.args[0]]) for step in self.derivation.training_steps]
            yield f"{self.code.identifier(quantity)}_steps = [{', '.join(values)}]"

    def checks(self) -> Iterator[str]:
        """Every number of the derivation beside the notebook's."""
        expected = dict(self.expected())
        yield "expected = {"
        yield from (f"    {key!r}: {literal(array)}," for key, array in expected.items())
        yield "}"
        yield "for quantity, value in expected.items():"
        yield "    assert np.allclose(globals()[quantity], value, rtol=1e-9, atol=1e-12), quantity"
        yield f'print(len(expected), "{self.words["agree"]}")'

    def expected(self) -> Iterator[tuple[str, Array]]:
        steps, outcome, loss = (
            self.derivation.training_steps,
            self.derivation.outcome,
            name(self.derivation.network.loss or ""),
        )
        for key, array in (outcome or steps[0]).values.items():
            yield self.code.identifier(name(key)), array
        for key, array in steps[-1].gradients.items():
            if partial(loss, name(key)) in self.tape:
                yield self.code.identifier(partial(loss, name(key))), array
        for key, array in steps[-1].updated.items():
            yield self.code.identifier(updated(name(key))), array

    def text(self, template: str, **shown: Any) -> dict[str, Any]:
        source = safe(environment("notebook").get_template(f"notebook/{template}.md.j2").render(**shown)).strip()
        return {"cell_type": "markdown", "id": self.fresh(), "metadata": {}, "source": source.splitlines(keepends=True)}

    def program(self, source: str) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "execution_count": None,
            "id": self.fresh(),
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }

    def fresh(self) -> str:
        """A name for a cell, the same each time."""
        self.count += 1
        return f"cell-{self.count}"


def literal(array: Array) -> str:
    """An array as code: a number, or rows of numbers.

    >>> from flint import fmpq
    >>> literal(Array((2, 1), (fmpq(1, 2), fmpq(3))))
    'np.array([[0.5], [3.0]])'
    """
    if not array.shape:
        return _float(array.entries[0])
    return f"np.array([{', '.join('[' + ', '.join(_float(x) for x in row) + ']' for row in array.rows)}])"


def _float(x: Number) -> str:
    text = at_a_tie(x, lambda near: decimal(near, Style(DIGITS, DIGITS))).text
    return text if {".", "e"} & set(text) else f"{text}.0"

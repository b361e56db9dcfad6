"""An update as equations in terms: the rows' texts at one parameter, for any parameter, and what all parameters
share."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.definitions import rule
from derivation.formulas.language.forms import in_one
from derivation.formulas.language.shapes import Shapes, choose
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, number, partial, substitute, updated
from derivation.networks.optimizers import SYMBOLS, UpdateRule, words
from derivation.tex.names import ACCENTS, Names, default

PREFIX = "update."
"""Quantities of the optimizer are called `update.rate`, `update.m.W1` and the like; no name in a spec has a dot."""
STEP = name(f"{PREFIX}t")


@dataclass(frozen=True)
class Update:
    """How the parameters change: the rows in order (the rule comes last), their constants, how many training steps are
    made and how many of these are worked on the page."""

    rows: tuple[UpdateRule, ...]
    constants: Mapping[str, Array]
    steps: int = 1
    worked: int = 1

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self.rows[-1].name

    @property
    def states(self) -> tuple[str, ...]:
        """What is kept for each parameter from step to step."""
        return self.rows[-1].states

    @property
    def counts(self) -> bool:
        """Whether the number of the step takes part."""
        return any("t" in words(right) for row in self.rows for _, right in row.lines)


@dataclass(frozen=True)
class Equation:
    """A row's equation: the quantity it defines, its text, what the names in the text stand for, and whether all
    parameters share it."""

    quantity: Term
    text: str
    parts: Mapping[str, Term]
    row: UpdateRule
    shared: bool

    def body(self, shapes: Shapes) -> Term:
        """The text as a term over the row's own names."""
        return in_one(rule(self.text, tuple((key, shapes.of(term)) for key, term in self.parts.items()))[0])

    def formula(self, shapes: Shapes) -> Term:
        """The text with the network's quantities in it."""
        return substitute(self.body(shapes), self.parts)


class Trained(Protocol):
    """What the equations of an update need to know of a network (`network.Network`)."""

    @property
    def update(self) -> Update | None: ...

    @property
    def loss(self) -> str | None: ...

    @property
    def shapes(self) -> Mapping[str, Shape]: ...

    @property
    def moved(self) -> tuple[str, ...]: ...

    @property
    def notation(self) -> Mapping[str, str]: ...


def shared(network: Trained) -> list[Equation]:
    """The equations that are the same for every parameter: the rate at this step, the norm of all gradients."""
    return [equation for equation in _equations(network, "", _generic) if equation.shared]


def generic(network: Trained) -> list[Equation]:
    """The equations for any parameter."""
    return [equation for equation in _equations(network, "", _generic) if not equation.shared]


def objectives(network: Trained) -> list[Equation]:
    """What is made small in place of the loss, where a row says so: the loss and a penalty."""
    update = network.update
    assert update is not None
    means = {constant: name(PREFIX + constant) for constant in update.constants} | {
        "theta": _generic("theta", False),
        "loss": name(network.loss or ""),
    }
    written = [(row, row.objective.split(" = ")) for row in update.rows if row.objective]
    return [
        Equation(name(PREFIX + left), right, {word: means[word] for word in words(right)}, row, False)
        for row, (left, right) in written
    ]


def at(network: Trained, key: str) -> list[Equation]:
    """The equations at one parameter."""
    found = _equations(network, key, lambda word, is_new: _own(word, key, is_new))
    return [equation for equation in found if not equation.shared]


def state(word: str, key: str) -> Term:
    """What is kept for a parameter, before the step; `updated` of it is what is kept after."""
    return name(f"{PREFIX}{word}.{key}")


def rate(network: Trained) -> Term:
    """The rate that the rule takes: the constant, or what a schedule makes of it."""
    found = [equation.quantity for equation in shared(network) if equation.row.gives == "rate"]
    return found[-1] if found else name(f"{PREFIX}rate")


def _own(word: str, key: str, is_new: bool) -> Term:
    old = name(key) if word == "theta" else state(word, key)
    return updated(old) if is_new else old


def _generic(word: str, is_new: bool) -> Term:
    return name(f"{PREFIX}{word}_new" if is_new else PREFIX + word)


def _equations(network: Trained, key: str, quantity: Callable[[str, bool], Term]) -> Iterator[Equation]:
    """Each row's equations in order; a name stands for what was last defined under it."""
    update = network.update
    assert update is not None
    means = {constant: name(PREFIX + constant) for constant in update.constants} | {
        "t": STEP,
        "squares": _squares(network),
    }
    means |= {word: quantity(word, False) for word in ("theta", "g", *update.states)}
    if key:
        means["g"] = partial(name(network.loss or ""), name(key))
    own = {"theta", "g", *update.states}
    for row in update.rows:
        for left, right in row.lines:
            used = words(right)
            is_shared = own.isdisjoint(used)
            own |= set() if is_shared else {left}
            defined = name(PREFIX + left) if is_shared else quantity(left, left in update.states or left == "theta")
            yield Equation(defined, right, {word: means[word] for word in used}, row, is_shared)
            means[row.gives if (left, right) == row.lines[-1] else left] = defined


def _squares(network: Trained) -> Term:
    """The squares of all entries of all gradients, added."""
    shapes, loss = network.shapes, name(network.loss or "")
    parts = []
    for key in network.moved:
        square = Term(choose("^", [shapes[key], ()]).name, (partial(loss, name(key)), number(2)))
        parts.append(Term(heads.SUM, (square,)) if shapes[key] else square)
    return reduce(operator.add, parts) if parts else number(0)


def quantities(network: Trained) -> Iterator[tuple[str, Shape, str]]:
    """(name, shape, LaTeX) of everything that the optimizer brings with it."""
    update, plain = network.update, Names(network.shapes, network.notation)
    assert update is not None
    given = {key: network.notation[key] for key in update.constants if key in network.notation}
    symbols = _Symbols({plain.latex(key) for key in network.shapes}, {"loss": plain.latex(network.loss or ""), **given})
    for word in (*update.constants, "t"):
        yield PREFIX + word, (), symbols.of(word)
    yield f"{PREFIX}theta", (), r"\theta_{\text{old}}"
    yield f"{PREFIX}g", (), rf"\nabla_{{\theta}} {plain.latex(network.loss or '')}"
    for word in update.states:
        yield PREFIX + word, (), rf"{symbols.of(word)}_{{\text{{old}}}}"
    for equation in objectives(network):
        word = equation.quantity.args[0].removeprefix(PREFIX)
        yield equation.quantity.args[0], (), symbols.of(word)
    own = list(update.states)
    for equation in (*shared(network), *generic(network)):
        word = equation.quantity.args[0].removeprefix(PREFIX)
        kept = word.removesuffix("_new")
        yield (
            equation.quantity.args[0],
            (),
            symbols.of(word) if kept == word else rf"{symbols.of(kept)}_{{\text{{new}}}}",
        )
        own += [word] * (kept == word and not equation.shared)
    for key in network.moved:
        for word in own:
            yield f"{PREFIX}{word}.{key}", network.shapes[key], symbols.at(word, plain.latex(key))


class _Symbols:
    """Chooses for each of the tables' words the first symbol that nothing else has."""

    def __init__(self, taken: set[str], given: Mapping[str, str]) -> None:
        self.taken = taken | set(given.values())
        self.chosen = {"theta": r"\theta", **given}

    def of(self, word: str) -> str:
        """A word's symbol: `ratetilde_t` is that of `rate` with a tilde, and that of `t` as its subscript."""
        if word not in self.chosen:
            self.chosen[word] = self.composed(word) or self.free(word)
            self.taken.add(self.chosen[word])
        return self.chosen[word]

    def composed(self, word: str) -> str:
        """The symbol of a word that is made of others; nothing where it is one of its own."""
        stem, _, subscript = word.partition("_")
        if word in SYMBOLS:
            return ""
        if subscript:
            return f"{self.of(stem)}_{{{self.of(subscript)}}}"
        accent = next((accent for accent in ACCENTS if stem.endswith(accent) and stem != accent), "")
        return f"{ACCENTS[accent]}{{{self.of(stem.removesuffix(accent))}}}" if accent else ""

    def free(self, word: str) -> str:
        """The first symbol of a word that is not taken; the word itself where all are."""
        upright = rf"\mathrm{{{word}}}".replace("_", r"\_")
        return next(
            (latex for latex in (*SYMBOLS.get(word, ()), default(word, False)) if latex not in self.taken), upright
        )

    def at(self, word: str, parameter: str) -> str:
        """A word's symbol at one parameter: `m` at W is m_W, `thetatilde` is W with a tilde."""
        if word.startswith("theta"):
            letter = re.split(r"[_^]", parameter)[0]
            return f"{ACCENTS[word.removeprefix('theta')]}{{{letter}}}{parameter.removeprefix(letter)}"
        return f"{self.of(word)}_{{{parameter}}}"

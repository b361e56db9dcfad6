"""A network: named equations in order, with shapes and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.decimals import Carry, Style
from derivation.formulas.language.forms import in_cheapest_order, in_one
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.language.stacks.stack import sliced_names
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, index, name, names, rebuild, walk
from derivation.networks.update import Update, quantities
from derivation.networks.walkthrough import Section
from derivation.tex.names import Names

PRODUCTS = frozenset({heads.TIMES, heads.HADAMARD, heads.MATMUL, heads.DOT, heads.OUTER})
FEW = 4
"""Entries of all parameters together up to which each of them is shown by itself, as in a table over the training
steps."""


@dataclass(frozen=True)
class Page:
    """What the spec says of the page: the paper, the number of rows or columns beyond which a matrix is elided, the
    language ("" where it names none), and the decimal mark."""

    paper: str = "a4"
    elide: int = 6
    language: str = ""
    decimal: str = "."


@dataclass(frozen=True)
class Sample:
    """The data of one training step, where each has its own: the arrays, and the expressions that they are given as."""

    data: Mapping[str, Array]
    written: Mapping[str, Term]


@dataclass(frozen=True)
class Network:
    """Equations `name = term` in an order in which each uses only what stands before it, and all values they start
    from."""

    title: str
    equations: Mapping[str, Term]
    parameters: Mapping[str, Array]
    data: Mapping[str, Array]
    shapes: Mapping[str, Shape]
    loss: str | None = None
    update: Update | None = None
    notation: Mapping[str, str] = field(default_factory=dict)
    style: Style = field(default_factory=Style)
    page: Page = field(default_factory=Page)
    warnings: tuple[str, ...] = ()
    carry: Carry | None = None
    """How each result is rounded before it is used; None where all goes on unrounded."""
    called: Literal["loss", "output"] = "loss"
    """What the spec calls the quantity that is differentiated."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the equations of a layer are called, by their names: the mean, the scores."""
    sections: Mapping[str, Section] = field(default_factory=dict)
    """The section that each equation stands in; empty in a network without sections."""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)
    """Line and column of each equation in the spec; what was split off an equation stands where it does."""
    written: Mapping[str, Term] = field(default_factory=dict, compare=False)
    """What parameters, data and the update's constants (`update.rate`) are given as, where that is no decimal: 1/3."""
    samples: tuple[Sample, ...] = ()
    """The data of each training step, where they change; `data` holds those of the first."""
    fixed: frozenset[str] = frozenset()
    """The data that belong to the equations: places in an index, arrays that stand in an equation."""
    sums: Mapping[str, Term] = field(default_factory=dict)
    """The sums over indices that equations are written as; of an array of several matrices, at the first."""
    stacks: Mapping[str, Shape] = field(default_factory=dict)
    """Arrays of three and four axes with the lengths of these; each matrix of theirs is a quantity (`X_1`, `X_2`)."""

    @cached_property
    def names(self) -> Names:
        """The symbols of all quantities; those of the optimizer are called `update.rate` and the like."""
        brought = list(quantities(self)) if self.update else []
        shapes = {key: shape for key, shape, _ in brought}
        return Names({**self.shapes, **shapes}, {**{key: latex for key, _, latex in brought}, **self.notation})

    def matrices(self, key: str) -> tuple[str, ...]:
        """The quantities that a name stands for: the matrices of an array of three or four axes, else itself."""
        return tuple(sliced_names(key, self.stacks[key][:-2])) if key in self.stacks else (key,)

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """The parameters that an update moves: those the loss depends on."""
        return tuple(key for key in self.parameters if key in self.active)

    @cached_property
    def few_entries(self) -> tuple[tuple[Term, tuple[int, ...]], ...]:
        """Each entry of each parameter that an update moves, as a term with its place; nothing where there are more
        than `FEW`."""
        entries = [
            (index(name(key), *place) if place else name(key), place)
            for key in self.moved
            for place in self.parameters[key].places
        ]
        return tuple(entries) if len(entries) <= FEW else ()

    def with_parameters(self, parameters: Mapping[str, Array]) -> Network:
        """The same network at other parameter values, as after a training step."""
        written = {key: term for key, term in self.written.items() if key not in parameters}
        return replace(self, parameters=parameters, written=written)

    def at_step(self, count: int) -> Network:
        """The same network with the data of a training step, counted from 1; after the last, those of the last."""
        if not self.samples:
            return self
        sample = self.samples[min(count, len(self.samples)) - 1]
        written = {key: term for key, term in self.written.items() if key not in sample.data}
        return replace(self, data={**self.data, **sample.data}, written={**written, **sample.written})

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """For each name the equations that use it, in order."""
        used: dict[str, list[str]] = {key: [] for key in self.shapes}
        for result, term in self.equations.items():
            for operand in names(term):
                used[operand].append(result)
        return {key: tuple(results) for key, results in used.items()}

    @cached_property
    def learning(self) -> frozenset[str]:
        """The parameters and all that depends on one."""
        found = set(self.parameters)
        for result, term in self.equations.items():
            if not found.isdisjoint(names(term)):
                found.add(result)
        return frozenset(found)

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """For each name the equations on the way to the loss that use it, in order."""
        active = self.active
        return {key: tuple(filter(active.__contains__, results)) for key, results in self.consumers.items()}

    @cached_property
    def active(self) -> frozenset[str]:
        """The names that the loss depends on."""
        return self.behind(self.loss) if self.loss else frozenset()

    @cached_property
    def held(self) -> tuple[Term, ...]:
        """The parts of equations that count as constants when the loss is differentiated, each once, in order."""
        parts = (node for key, term in self.equations.items() if key in self.active for node in walk(term))
        return tuple(dict.fromkeys(node for node in parts if node.head == heads.STOP_GRADIENT))

    @cached_property
    def ratios(self) -> frozenset[str]:
        """What one equation alone uses and a logarithm may be taken of: quotients by a quantity, y/p, and products of
        powers, p^y (1 - p)^(1 - y)."""
        return frozenset(key for key, term in self.equations.items() if is_ratio(term) and len(self.users[key]) == 1)

    def behind(self, key: str) -> frozenset[str]:
        """A name and all that it depends on."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += names(self.equations[key]) if key in self.equations else []
        return frozenset(found)


RATIOS = frozenset({heads.TIMES, heads.HADAMARD, heads.PROD, heads.CASES, *heads.POWERS})


def is_ratio(term: Term) -> bool:
    """Whether the logarithm of a term is a sum of logarithms that are simpler."""
    return term.head in RATIOS or (term.head in heads.QUOTIENTS and bool(names(term.args[1])))


def split(equations: Mapping[str, Term], shapes: Mapping[str, Shape]) -> tuple[dict[str, Term], dict[str, Shape]]:
    """The equations with compound arguments of functions named: what a person would write down before going on.

    `f = 1/(1 + exp(-(w x + b)))` becomes `u_1 = w x + b`, `u_2 = 1 + exp(-u_1)`, `f = 1/u_2`, so that every derivative
    is one rule at one quantity. A `relu(W @ x + b)` gets its pre-activation. Matrices are multiplied two at a time, each
    product but the last with a name, in the order that takes the fewest multiplications.

    >>> from derivation.formulas.language.resolve import Resolver
    >>> from derivation.formulas.language.expressions import parse
    >>> shapes = {"w": (), "x": ()}
    >>> f = Resolver(shapes).resolve(parse("1 / (1 + exp(-(w*x)))"))[0]
    >>> list(split({"f": f}, {**shapes, "f": ()})[0])
    ['u_1', 'u_2', 'f']
    """
    splitter = _Splitter(
        dict(shapes), Counter(_tail(result) for result, term in equations.items() if _activates(term.head))
    )
    for result, term in equations.items():
        splitter.result = result
        splitter.equations[result] = splitter.root(in_one(term))
    return splitter.equations, splitter.shapes


def _activates(head: str) -> bool:
    return head in TABLE and TABLE[head].activation


def _tail(name: str) -> str:
    """A name's number: what stands behind its letters."""
    return name.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class _Splitter:
    def __init__(self, shapes: dict[str, Shape], crowded: Counter[str]) -> None:
        self.shapes, self.equations = shapes, dict[str, Term]()
        self.result = ""
        self.crowded = crowded
        """How many activations end in one number: their pre-activations are called after the whole name."""

    def root(self, term: Term) -> Term:
        term = in_cheapest_order(term, Shapes(self.shapes))
        args = tuple(
            self.argument(term, place) if isinstance(arg, Term) else arg for place, arg in enumerate(term.args)
        )
        return Term(term.head, args, term.value)

    def argument(self, parent: Term, place: int) -> Term:
        term: Term = parent.args[place]
        inner = term.args[0] if term.head in (heads.NEG, heads.TRANSPOSE) else term
        has_product = parent.head == heads.MATMUL and multiplies(inner)
        if not has_product and (not names(inner) or not _curved(parent, place) or is_seen_through(parent, place)):
            return self.root(term)
        if not has_product and term.head == heads.TRANSPOSE:
            return self.name_for(parent.head, self.root(term))
        named = self.name_for(parent.head, self.root(inner))
        return named if inner is term else Term(term.head, (named,))

    def name_for(self, head: str, term: Term) -> Term:
        wished = (
            ("z_" + self.result if self.crowded[_tail(self.result)] > 1 else "z" + _tail(self.result))
            if _activates(head)
            else "u_1"
        )
        count = 1
        while wished in self.shapes:
            wished, count = f"u_{count}", count + 1
        self.shapes[wished] = Shapes(self.shapes).of(term)
        self.equations[wished] = term
        return name(wished)


def _curved(term: Term, place: int) -> bool:
    """Whether an operation is nonlinear in one of its operands: there the chain rule asks for a quantity with a
    name. A choice between cases is written with its condition."""
    if term.head not in TABLE or not TABLE[term.head].nonlinear:
        return False
    if term.head in heads.QUOTIENTS:
        return place == 1
    return term.head != heads.CASES


def is_seen_through(term: Term, place: int) -> bool:
    """Whether a person would differentiate through an operand without naming it: it is simple, or powers multiplied
    below a line (2 s^2) or in a logarithm, or a difference by such that is raised to a power ((y - m)/s)."""
    inner: Term = term.args[place]
    inner = inner.args[0] if inner.head in (heads.NEG, heads.TRANSPOSE) else inner
    if simple(inner):
        return True
    if term.head in heads.POWERS and place == 0 and not names(term.args[1]):
        return inner.head in heads.QUOTIENTS and simple(inner.args[0]) and is_monomial(inner.args[1])
    return term.head in (*heads.QUOTIENTS, heads.LOG) and is_monomial(inner)


def is_monomial(term: Term) -> bool:
    """Whether a term is quantities raised to known powers and multiplied.

    >>> is_monomial(Term("number", ("2",)) * name("s") ** Term("number", ("2",))), is_monomial(name("s") + name("t"))
    (True, False)
    """
    if term.head in heads.POWERS:
        return is_monomial(term.args[0]) and not names(term.args[1])
    if term.head == heads.EXP:
        return simple(term.args[0])
    if term.head in (heads.TIMES, heads.HADAMARD):
        return all(map(is_monomial, term.children))
    return term.head in ("name", "index") or not names(term)


def multiplies(term: Term) -> bool:
    """Whether matrices are multiplied in a term, other than in what a function is taken of."""
    if term.head == heads.MATMUL:
        return True
    if term.head in heads.QUOTIENTS:
        return multiplies(term.args[0])
    linear = term.head in TABLE and not TABLE[term.head].nonlinear
    return linear and any(map(multiplies, term.children))


def simple(term: Term) -> bool:
    """Whether a person would differentiate through the term without naming it: no function in it, no product of two
    quantities."""
    for node in walk(term):
        if node.head not in TABLE:
            continue
        if node.head in PRODUCTS and all(names(child) for child in node.children):
            return False
        if TABLE[node.head].nonlinear and not (node.head in heads.QUOTIENTS and not names(node.args[1])):
            return False
    return True


def inlined(network: Network) -> dict[str, Term]:
    """The structure as one writes it down first: each activation with its pre-activation put in (`h = ReLU(W x +
    b)`)."""
    structure = dict(network.equations)
    for result, term in network.equations.items():
        if term.head in TABLE and TABLE[term.head].activation and term.args[0].head == "name":
            inner = term.args[0].args[0]
            if inner in structure and network.consumers[inner] == (result,) and inner != network.loss:
                body = structure.pop(inner)
                structure[result] = rebuild(term, {name(inner): body}.get)
    return structure

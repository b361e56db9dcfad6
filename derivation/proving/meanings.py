"""What terms mean in symbols: each equation entry by entry for its operands, each derivative by `diff` of the equations
around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import symbols
from derivation.formulas.terms import Term, fold, index, matrix, name, names, walk, with_parts
from derivation.networks.network import Network, inlined
from derivation.networks.update import Equation, at, generic, objectives, shared


class Meanings:
    """What the terms of one network mean, as arrays of SymPy expressions."""

    def __init__(self, network: Network) -> None:
        import sympy

        self.sympy, self.algebra = sympy, symbols()
        self.network = network
        self.loss = name(network.loss or "")
        self.formulas: dict[Term, Array] = {}
        """Derivatives whose formula has been derived, with it."""

    @cached_property
    def meaning_of(self) -> dict[Any, tuple[Term, int]]:
        """For each symbol the quantity that it is an entry of, and which."""
        return {}

    def symbol_array(self, term: Term) -> Array:
        """A fresh real symbol for each entry of a quantity (the same ones each time)."""
        found = self.symbols.get(term)
        if found is None:
            shape = self.shape(term)
            size = shape[0] * shape[1] if shape else 1
            entries = tuple(
                self.sympy.Symbol(f"{'_'.join(map(str, _words(term)))}_{k}", real=True) for k in range(size)
            )
            found = self.symbols[term] = Array(shape, entries)
            self.meaning_of.update({symbol: (term, k) for k, symbol in enumerate(entries)})
        return found

    @cached_property
    def symbols(self) -> dict[Term, Array]:
        return {}

    def shape(self, term: Term) -> tuple[int, ...]:
        return Shapes(self.network.names.shapes).of(term)

    def local(self, key: str) -> Array:
        """An equation's right side entry by entry, in symbols for its operands."""
        found = self.locals.get(key)
        if found is None:
            found = self.locals[key] = self.meaning(self.network.equations[key], {})
        return found

    @cached_property
    def locals(self) -> dict[str, Array]:
        return {}

    def meaning(self, term: Term, known: Mapping[Term, Array]) -> Array:
        """A term entry by entry in symbols; `known` says what some quantities mean instead."""
        term = gathered(term, Shapes(self.network.names.shapes))
        every = {node: self.symbol_array(node) for node in walk(term) if node.head in ("name", "updated")}
        for node in walk(term):
            if node.head == "partial":
                of, by = node.args
                every[node] = self.signal(by) if of == self.loss else self.slope(of, by)
        return evaluate(term, {**every, **known}, self.algebra)

    def signal(self, by: Term) -> Array:
        """The loss's derivative by a quantity as symbols."""
        if by == self.loss:
            return Array.scalar(self.sympy.Integer(1))
        if by.head == "index":
            return Array.scalar(self.signal(by.args[0])[by.args[1:]])
        return self.symbol_array(Term("partial", (self.loss, by)))

    def slope(self, of: Term, by: Term) -> Array:
        """A local derivative of one scalar quantity or entry by another, by `diff`."""
        whole = of.args[0] if of.head == "index" else of
        expression = self.local(whole.args[0])[of.args[1:] if of.head == "index" else (0,)]
        symbol = self.symbol_array(by.args[0])[by.args[1:]] if by.head == "index" else self.symbol_array(by).entries[0]
        return Array.scalar(self.sympy.diff(expression, symbol))

    def carried_back(self, result: Term, upstream: Term, key: str) -> Term:
        """What the reverse rules make of an upstream gradient at one equation."""
        return gradients(
            self.network.equations[result.args[0]], result, upstream, {key}, Shapes(self.network.names.shapes)
        )[key]

    def signals(self, term: Term) -> dict[Term, Array]:
        """Each error signal in a term by the equations that use its quantity, in symbols for their signals."""
        found = {node: node.args[1] for node in walk(term) if node.head == "partial" and node.args[0] == self.loss}
        return {node: self.total_derivative(by, self.users(by)) for node, by in found.items() if by != self.loss}

    def users(self, by: Term) -> set[Term]:
        """The error signals of the equations that use a quantity or an entry of it."""
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        return {Term("partial", (self.loss, name(consumer))) for consumer in self.network.consumers[key]}

    def defined(self, quantity: Term, phase: str) -> Array:
        """What a quantity means by the network's own equations, or by the optimizer's."""
        if quantity in self.update_equations:
            return self.by_rule(self.update_equations[quantity])
        key = quantity.args[0]
        if phase == "setup":
            return self.meaning(self.network.equations[key], self.inside(key))
        return self.local(key)

    def inside(self, key: str) -> dict[Term, Array]:
        """What the equations mean that stand inside one in the structure, one within the other."""
        equations, structure = self.network.equations, inlined(self.network)
        needed, waiting = set[str](), [key]
        while waiting:
            found = {other for other in names(equations[waiting.pop()]) if other in equations}
            waiting += found - structure.keys() - needed
            needed |= found - structure.keys()
        meant: dict[Term, Array] = {}
        for other in equations if needed else ():
            if other in needed:
                meant[name(other)] = self.meaning(equations[other], meant)
        return meant

    @cached_property
    def update_equations(self) -> dict[Term, Equation]:
        """The optimizer's equations by what they define."""
        if self.network.update is None:
            return {}
        every = (
            *objectives(self.network),
            *generic(self.network),
            *shared(self.network),
            *(equation for key in self.network.moved for equation in at(self.network, key)),
        )
        return {equation.quantity: equation for equation in every}

    def by_rule(self, equation: Equation) -> Array:
        """What an optimizer's equation means, from its row's text and the meanings of the quantities it names."""
        body = equation.body(Shapes(self.network.names.shapes))
        return evaluate(body, {name(key): self.meaning(term, {}) for key, term in equation.parts.items()}, self.algebra)

    def outputs(self, quantity: Term) -> frozenset[Term]:
        """For a derivative written in terms of the output (`h (1 - h)`): the outputs of the equations around it, and
        quotients of these."""
        if quantity.head != "partial":
            return frozenset()
        by = quantity.args[1]
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        around = {*self.network.users[key]}
        waiting = [*around]
        while waiting:
            further = {*self.network.users[waiting.pop()]} & self.network.ratios - around
            around |= further
            waiting += further
        return frozenset(map(name, around))

    def locals_in(self, term: Term, outputs: frozenset[Term]) -> dict[Term, Array]:
        """What the outputs mean that stand in a term."""
        found, waiting = dict[Term, Array](), [term]
        while waiting:
            node = waiting.pop()
            if node in outputs:
                found[node] = self.local(node.args[0])
            elif node.head != "partial":  # whose symbol has a meaning of its own
                waiting += node.children
        return found

    def derivative(self, quantity: Term, claim: Term) -> Array:
        """What a derivative of the loss must be: the sum over the equations that use the quantity of signal times
        `diff`."""
        by = quantity.args[1]
        kept = {
            node for node in walk(claim) if node.head == "partial" and node.args[0] == self.loss and node != quantity
        }
        total = self.total_derivative(by, kept)
        if by.head != "index":
            self.formulas[quantity] = total
        return total

    def total_derivative(self, by: Term, kept: set[Term]) -> Array:
        """The loss's derivative by a quantity or an entry, in symbols for the error signals in `kept`."""
        if by.head == "index":
            return Array.scalar(
                self.differentiated(self.symbol_array(by.args[0])[by.args[1:]], by.args[0].args[0], kept)
            )
        return self.symbol_array(by).map(lambda symbol: self.differentiated(symbol, by.args[0], kept))

    def differentiated(self, symbol: Any, key: str, kept: set[Term]) -> Any:
        """The loss's derivative by one symbol: error signals in `kept` stay symbols, others are expanded in their
        turn."""
        summands = []
        for consumer in self.network.consumers[key]:
            if consumer not in self.network.active:
                continue
            for place, expression in self.uses(consumer).get(symbol, ()):
                slope = self.sympy.diff(expression, symbol)
                if slope != 0:
                    summands.append(self.upstream(consumer, place, kept) * slope)
        return self.sympy.Add(*summands)

    def uses(self, key: str) -> dict[Any, list[tuple[tuple[int, ...], Any]]]:
        """For each symbol of an equation the entries that it stands in, with their places; of an entry that is a sum,
        its summands: the derivatives of the others are 0."""
        if key not in self.used:
            found = self.used[key] = dict[Any, list[tuple[tuple[int, ...], Any]]]()
            local = self.local(key)
            for place, expression in zip(local.places, local.entries, strict=True):
                summands: dict[Any, list[Any]] = {}
                for summand in self.sympy.Add.make_args(expression):
                    for symbol in summand.free_symbols:
                        summands.setdefault(symbol, []).append(summand)
                for symbol, parts in summands.items():
                    found.setdefault(symbol, []).append((place, self.sympy.Add(*parts)))
        return self.used[key]

    @cached_property
    def used(self) -> dict[str, dict[Any, list[tuple[tuple[int, ...], Any]]]]:
        return {}

    def upstream(self, key: str, place: tuple[int, ...], kept: set[Term]) -> Any:
        if name(key) == self.loss:
            return self.sympy.Integer(1)
        signal = Term("partial", (self.loss, name(key)))
        if signal in kept or Term("partial", (self.loss, index(name(key), *place))) in kept:
            return self.signal(name(key))[place or (0,)]
        return self.differentiated(self.symbol_array(name(key))[place or (0,)], key, kept)


def gathered(term: Term, shapes: Shapes) -> Term:
    """The term with the largest of three numbers or more as that: `max(max(a, b), c)` would multiply out.

    >>> a, b, c = map(name, "abc")
    >>> nested = Term(heads.MAXIMUM, (Term(heads.MAXIMUM, (a, b)), c))
    >>> gathered(nested, Shapes(dict.fromkeys("abc", ()))).head
    'largest'
    """

    def joined(node: Term, parts: list[Term]) -> Term:
        node = with_parts(node, parts)
        entries = list(_entries(node, node.head)) if node.head in SEVERAL else []
        if len(entries) < 3 or any(map(shapes.of, entries)):
            return node
        return Term(SEVERAL[node.head], (matrix(tuple((entry,) for entry in entries)),))

    return fold(term, lambda node: None, joined)


SEVERAL = {heads.MAXIMUM: heads.LARGEST, heads.MINIMUM: heads.SMALLEST}
"""What is taken of several numbers, by what is taken of two."""


def _entries(part: Term, pair: str) -> Iterator[Term]:
    """What a maximum is taken of, of maxima within it too."""
    if part.head == pair:
        for child in part.children:
            yield from _entries(child, pair)
    elif part.head == SEVERAL[pair] and part.args[0].head == "matrix":
        yield from (row.args[0] for row in part.args[0].args)
    else:
        yield part


def _words(term: Term) -> tuple[Any, ...]:
    return tuple(word for node in walk(term) for word in ([node.args[0]] if node.head == "name" else [node.head]))

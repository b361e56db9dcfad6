"""Backpropagation: equation by equation from the loss back; error signals are named once and used by name."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from itertools import groupby

from derivation.deriving.forward import is_output
from derivation.deriving.in_symbols import gradients, simplified
from derivation.deriving.reasons import backward_reason, followed
from derivation.deriving.short_ways import ShortWay, short_ways
from derivation.deriving.workbook import Workbook
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.simplify import Rule, loosely, simplify
from derivation.formulas.decimals import meant
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import TooLarge, Undefined
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, name, names, number, partial, rebuild, walk
from derivation.networks.keys import expression
from derivation.networks.walkthrough import Line, Phase, Reason, Section, Step
from derivation.words.telling import tell

SHORT = 6
"""Nodes up to which an error signal's own formula is put in its place in a product of scalars."""


def backward(workbook: Workbook) -> Phase:
    """The gradients of the loss, in the order in which a lecturer takes them: at each equation the parameters, then
    what came in."""
    assert workbook.network.loss is not None
    return Phase("backward", tuple(Backward(workbook, workbook.network.loss).steps()))


class Backward:
    """Works through the equations in reverse and gathers each quantity's contributions until all are there."""

    def __init__(self, workbook: Workbook, loss: str) -> None:
        self.workbook, self.network, self.loss = workbook, workbook.network, name(loss)
        self.contributions: dict[str, list[tuple[str, Term]]] = {}
        self.formulas: dict[Term, Term] = {self.loss: number(1)}
        self.short: dict[str, ShortWay] = {}
        """Short ways by what they lead to."""
        self.skipped: dict[str, ShortWay] = {}
        """The same by the quantities that they go past."""
        self.number = 0

    def signal(self, key: str) -> Term:
        """The derivative of the loss by a quantity, as a term; 1 for the loss itself."""
        return number(1) if key == self.loss.args[0] else partial(self.loss, name(key))

    def equations(self) -> Iterator[tuple[str, list[str]]]:
        """The active equations in reverse, each with the quantities whose contributions are complete once it is carried
        back."""
        self.workbook.known[partial(self.loss, self.loss)] = evaluate(number(1), {})
        done: set[str] = set()
        for result in reversed([key for key in self.network.equations if key in self.network.active]):
            self.carry_back(result)
            done.add(result)
            yield (
                result,
                [key for key in names(self.network.equations[result]) if done.issuperset(self.network.users[key])],
            )

    def steps(self) -> Iterator[Step]:
        """The chains, section by section in reverse: what each section carries back, then the gradients that earlier
        ones took part in."""
        for section, carried in groupby(self.equations(), lambda pair: self.network.sections.get(pair[0])):
            gathered: list[tuple[str, list[str]]] = []
            for result, ready in carried:
                shared = [key for key in ready if key in self.network.parameters and self.is_shared(key)]
                gathered += [(result, shared)] if shared else []
                for step in self.back_through(result, [key for key in ready if key not in shared]):
                    yield replace(step, section=section)
            for result, keys in gathered:
                for step in self.emit(result, keys, "gradients"):
                    yield replace(step, section=Section("shared", section.number if section else 0))

    def back_through(self, result: str, ready: list[str]) -> Iterator[Step]:
        """At one equation its parameters under one title, then what came in."""
        yield from self.emit(result, [key for key in ready if key in self.network.parameters], "gradients")
        for key in ready:
            if key in self.network.equations:
                yield from self.emit(result, [key], "signal")
            elif key in self.network.data:
                self.settle_unasked(key)

    def is_shared(self, key: str) -> bool:
        """Whether a quantity is used in several sections."""
        return (
            len({section.number for user in self.network.users[key] if (section := self.network.sections.get(user))})
            > 1
        )

    def settle_all(self) -> None:
        """Every derivative learnt, and no chain written."""
        for _, ready in self.equations():
            for key in ready:
                (self.settle if self.is_asked(key) else self.settle_unasked)(key)

    def carry_back(self, result: str) -> None:
        """The contributions of one equation to everything it uses."""
        term = self.network.equations[result]
        found = gradients(term, name(result), self.signal(result), frozenset(names(term)), self.workbook.shapes)
        for key, formula in found.items():
            self.contributions.setdefault(key, []).append((result, formula))
        for key in names(term):
            self.contributions.setdefault(key, [])
        if (way := self.skipped.get(result)) and way.operand == result:
            self.contributions[way.before] = [(way.result, way.formulas[-1])]
        for way in short_ways(self.workbook, result, self.signal(result)):
            self.short[way.before] = way
            self.skipped |= dict.fromkeys(way.skipped, way)

    def settle(self, key: str) -> Term:
        """The whole derivative by a quantity: all contributions added; its value is learnt."""
        signal = partial(self.loss, name(key))
        formula = self.of_density(self.gathered(key))
        for node in walk(formula):
            if node.head == "partial" and node not in self.workbook.known:
                raise TooLarge(tell("undefined.too_large"), signal, self.workbook.place_of(signal))
            if (
                node.head in TABLE
                and TABLE[node.head].derivative_of
                and node not in self.workbook.known
                and node.head not in (heads.SIGN,)
            ):
                self.workbook.assign_auxiliary(node, node)
        try:
            self.workbook.assign(signal, formula)
        except Undefined as problem:
            raise self.at_its_place(problem, key) from None
        self.formulas[signal] = formula
        return formula

    def gathered(self, key: str) -> Term:
        """What comes back to a quantity from all equations that use it."""
        return simplified(reduce(operator.add, (part for _, part in self.contributions[key])), self.workbook.shapes)

    def of_density(self, formula: Term) -> Term:
        """The formula with what cancels between 1/p, the derivative of a logarithm, and that of p, a product with an
        exponential: the derivative of the logarithm is that of the exponent. Where results are carried rounded, p is
        not what cancels."""
        for node in walk(formula) if self.network.carry is None else ():
            p = node.args[1] if node.head == "partial" and node in self.formulas else None
            body = self.network.equations.get(p.args[0]) if p and p in walk(self.formulas[node]) else None
            if p and body and heads.EXP in {factor.head for factor in walk(body)}:
                whole = rebuild(rebuild(formula, {node: self.formulas[node]}.get), {p: body}.get)
                found = simplify(whole, self.workbook.shapes)
                if p not in walk(found) and len(list(walk(found))) < len(list(walk(formula))):
                    return found
        return formula

    def is_of_density(self, key: str) -> bool:
        """Whether something has cancelled in the derivative by a quantity, between 1/p and that of p."""
        return self.formulas[partial(self.loss, name(key))] != self.gathered(key)

    def at_its_place(self, problem: Undefined, key: str) -> Undefined:
        """The problem, told as what it is where a root is 0 on the way."""
        for source in self.sources(key):
            for node in walk(self.network.equations[source]):
                if node.head == heads.SQRT and 0 in evaluate(node, self.workbook.known).entries:
                    told = tell("undefined.root_at_0", term=expression(node))
                    return Undefined(told, problem.term, problem.place)
        return problem

    def is_asked(self, key: str) -> bool:
        """Whether a parameter's gradient goes through a quantity's derivative: not through that of data, nor through
        one that a short way goes past."""
        return key in self.network.learning and key not in self.skipped

    def settle_unasked(self, key: str) -> None:
        """As `settle`, for what is not asked for: where it has no derivative, or too large a one, there is none
        (`(w x - y)^p` by p, below 0)."""
        with suppress(Undefined):
            self.settle(key)

    def emit(self, result: str, keys: list[str], title: str) -> Iterator[Step]:
        """The steps for quantities whose contributions are complete, under one title."""
        if not keys:
            return
        if not self.is_asked(keys[0]):
            self.settle_unasked(keys[0])
            if keys[0] in self.skipped or partial(self.loss, name(keys[0])) not in self.workbook.known:
                return
        self.number += 1
        heading = self.heading(result, keys, title)
        way = self.short.get(keys[0])
        if (
            way
            and self.can_be_shown(way.formulas[0])
            and self.workbook.shapes.of(name(keys[0]))
            and len(way.skipped) == 1
        ):
            yield self.stated(way, heading)
        for key in keys:
            formula = self.settle(key)
            yield from self.slopes(formula, heading)
            signal = partial(self.loss, name(key))
            yield Step(signal, heading, self.chain(key, formula), self.number, self.reason(result, key))
            yield from self.workbook.measured(signal, heading, self.number)

    def stated(self, way: ShortWay, heading: Reason) -> Step:
        """A derivative by the operand that a short way goes past, in symbols only: its numbers are not needed."""
        signal = partial(self.loss, name(way.operand))
        lines = self.workbook.lines(
            [(signal, "quantity"), (self.formulas[signal], "formula")], meant(self.workbook.known[signal]), None
        )
        return Step(signal, heading, lines, self.number, self.reason(way.result, way.operand))

    def heading(self, result: str, keys: list[str], title: str) -> Reason:
        quantities = tuple(name(key) for key in keys)
        if title == "gradients":
            return Reason(
                "gradients" if len(keys) > 1 else "gradient", {"quantities": quantities, "result": name(result)}
            )
        if keys[0] in self.short:
            return Reason("output_signal", {"quantities": quantities})
        if self.loss.args[0] == result and is_output(self.network, keys[0]):
            return Reason("output_signal", {"quantities": quantities})
        row = TABLE.get(self.network.equations[result].head)
        if row and row.activation:
            return Reason("through_activation", {"quantities": quantities, "operation": row.name})
        return Reason(
            "signal" if self.network.called == "loss" else "derivative", {"quantities": quantities, "loss": self.loss}
        )

    def slopes(self, formula: Term, heading: Reason) -> Iterator[Step]:
        """An activation's derivative at its input as a chain of its own, before it is used."""
        for node in walk(formula):
            if node.head in TABLE and TABLE[node.head].derivative_of and node in self.workbook.known:
                of = node.args[0]
                if of.head == "name":
                    yield Step(of, heading, self.workbook.recall(of), self.number)
                yield Step(
                    node, heading, self.workbook.chain(node, [], numbers=Term(node.head, node.args)), self.number
                )

    def chain(self, key: str, formula: Term) -> tuple[Line, ...]:
        signal = partial(self.loss, name(key))
        scalar = self.scalar_chain(key)
        if scalar and self.is_of_density(key):
            return self.workbook.chain(signal, [*scalar[0], formula])
        if scalar:
            return self.workbook.chain(signal, scalar[0], numbers=scalar[1])
        return self.workbook.chain(signal, [*(longer for longer in self.longer(key) if longer != formula), formula])

    def longer(self, key: str) -> list[Term]:
        """What leads to the formula: the chain rule before a short way, or numeric factors before they are drawn
        together."""
        if way := self.short.get(key):
            return [formula for formula in way.formulas[:-1] if self.can_be_shown(formula)]
        parts = [self.pulled(source, key, loosely) for source in self.sources(key)]
        return [loosely(reduce(operator.add, parts), self.workbook.shapes)]

    def sources(self, key: str) -> list[str]:
        return [source for source, _ in self.contributions[key]]

    def pulled(self, source: str, key: str, simplify: Rule) -> Term:
        """What comes back through one equation."""
        return gradients(
            self.network.equations[source],
            name(source),
            self.signal(source),
            frozenset({key}),
            self.workbook.shapes,
            simplify,
        )[key]

    def draws_together(self, source: str, key: str) -> bool:
        """Whether numeric factors of several operations become one in what comes back through one equation: 1/3 of a
        mean and 2 of a square."""
        return self.pulled(source, key, loosely) != self.pulled(source, key, simplify)

    def can_be_shown(self, formula: Term) -> bool:
        """Whether the derivatives in a formula have values, none of them carried rounded."""
        inside = [node for node in walk(formula) if node.head == "partial"]
        return all(node in self.workbook.known and not self.workbook.is_rounded(node) for node in inside)

    def stops(self, source: str, key: str) -> bool:
        """Whether a quantity stands in a stop_gradient of an equation."""
        return any(
            node.head == heads.STOP_GRADIENT and key in names(node) for node in walk(self.network.equations[source])
        )

    def scalar_chain(self, key: str) -> tuple[list[Term], Term] | None:
        """Between scalars the chain rule itself, in symbols: dL/db = dL/dy dy/db."""
        sources = self.contributions[key]
        if len(sources) != 1 or key in self.short:
            return None
        result = sources[0][0]
        shapes: Shapes = self.workbook.shapes
        if result == self.loss.args[0] or shapes.of(name(result)) != () or shapes.of(name(key)) != ():
            return None
        term = self.network.equations[result]
        local = gradients(term, name(result), number(1), frozenset({key}), shapes)[key]
        signal, slope = self.signal(result), partial(name(result), name(key))
        self.workbook.assign_auxiliary(slope, local)
        own = self.formulas[signal]
        in_symbols = own if _short(own) and not self.workbook.is_rounded(signal) else signal
        if self.is_of_density(result):
            through = simplify(in_symbols * local, shapes)
            return [signal * slope, through], through
        return [signal * slope, in_symbols * local], signal * local

    def reason(self, result: str, key: str) -> Reason:
        about: dict[str, Term | tuple[Term, ...] | str] = {"quantity": name(key), "result": name(result)}
        sources = self.sources(key)
        if len(sources) > 1:
            shared = Reason("shared", {**about, "sources": tuple(map(name, sources))})
            return followed(
                [
                    shared,
                    *(
                        reason
                        for source in sources
                        if self.draws_together(source, key) or self.stops(source, key)
                        for reason in self.through(source, key)
                    ),
                ]
            )
        if way := self.short.get(key):
            operand, ending = way.operand, ".scaled" if way.is_scaled else ""
            inner = backward_reason(
                self.network.equations[operand], key, operand, self.workbook.shapes, key in self.network.parameters
            )
            return followed([inner, Reason(f"fused_{way.reason}{ending}", {**about, "operand": name(operand)})])
        return backward_reason(
            self.network.equations[result], key, result, self.workbook.shapes, key in self.network.parameters
        )

    def through(self, source: str, key: str) -> Iterator[Reason]:
        """Why one of several contributions is as it is."""
        yield Reason("through", {"result": name(source)})
        yield backward_reason(
            self.network.equations[source], key, source, self.workbook.shapes, key in self.network.parameters
        )


def _short(term: Term) -> bool:
    nodes = list(walk(term))
    return len(nodes) <= SHORT and not any(node.head == "partial" for node in nodes)

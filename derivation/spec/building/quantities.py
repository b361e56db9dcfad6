"""The equations of a spec as Terms, each using only what stands before it."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import replace
from math import prod

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.einsum import indexed_sum
from derivation.formulas.language.lexing import SyntaxProblem, UnknownName
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.resolve import Resolver
from derivation.formulas.language.stacks.stack import Stack, slices
from derivation.formulas.language.unfolding import entries_problem, operations, terms_problem
from derivation.formulas.terms import Term
from derivation.spec import hints
from derivation.spec.building.equations import Equations
from derivation.spec.building.findings import Findings, slice_clash
from derivation.spec.building.values import Values
from derivation.spec.given import Given
from derivation.spec.sections import Equation, ordered, uses
from derivation.words.telling import tell


def quantities_of(values: Values, read: Equations, findings: Findings) -> Quantities:
    """What the equations make of the values; what is wrong with them is told."""
    quantities = Quantities(values, read, findings)
    quantities.resolve()
    return quantities


class Quantities:
    """All that has a name.

    `equations` has the Term of each name, `shapes` the shapes of all, `data` the values that are no parameters, arrays
    that stand in an equation among them. `written` are the equations as trees, those of each matrix of an array among
    them.
    """

    def __init__(self, values: Values, read: Equations, findings: Findings) -> None:
        self.values, self.read, self.findings, self.stacks = values, read, findings, findings.stacks
        self.written, self.data = dict(read.by_name), dict(values.data)
        self.equations: dict[str, Term] = {}
        given = {**values.parameters, **values.data}
        self.shapes: dict[str, Shape] = {key: array.shape for key, array in given.items()}
        self.readings = {key: _reading(array) for key, array in given.items()}
        self.unfolded, self.entries = read.unfolded, 0
        """How many operators the equations have so far, and how many numbers their results."""
        self.titles: dict[str, str] = {}
        self.indices: set[str] = set()
        """The data that stand in an index, and arrays that stand in an equation."""
        self.constants: dict[str, str] = {}
        self.sums: dict[str, Term] = {}

    @property
    def labels(self) -> dict[str, Array]:
        """What may stand in an index: data, and equations that are whole numbers."""
        counts = {key: array for key, array in self.read.counting.items() if key in self.written}
        return {**counts, **self.data}

    @property
    def lines_by_name(self) -> dict[str, int]:
        """The line that each name is given or defined in."""
        given = {
            key: self.findings.line_of(table, key)
            for table, values in (("parameters", self.values.parameters), ("data", self.data))
            for key in values
        }
        return given | {key: equation.line for key, equation in self.written.items()}

    def resolve(self) -> None:
        """Each equation, in an order in which each uses only what stands before it."""
        order = ordered(self.written, frozenset(self.shapes))
        failed: set[str] = set()
        used = frozenset[str]().union(*(uses(equation.syntax) for equation in self.written.values()))
        for key in order:
            equation = self.written[key]
            if uses(equation.syntax) & failed or any(map(self.read.follows, uses(equation.syntax))):
                failed.add(key)
                continue
            try:
                self.add(equation, used)
            except SyntaxProblem as problem:
                failed.add(key)
                self.tell(equation, problem)
        self.check_circle(order)

    def add(self, equation: Equation, used: Container[str]) -> None:
        """What an equation defines, and what a layer in it brings with it."""
        resolver = Resolver(
            self.shapes, equation.key, self.written, self.readings, self.labels, self.constants, self.stacks.by_name
        )
        made = self.terms(resolver, equation, used)
        for own in (*resolver.added, *made):
            if problem := entries_problem(self.entries, resolver.names[own]):
                raise SyntaxProblem(0, problem)
            self.entries += prod(resolver.names[own])
        self.shapes, self.readings = resolver.names, resolver.readings or {}
        self.data |= resolver.arrays
        self.indices |= resolver.arrays.keys() | resolver.indices
        self.equations |= {**resolver.added, **made}
        self.titles |= resolver.titles
        self.constants = resolver.constants

    def terms(self, resolver: Resolver, equation: Equation, used: Container[str]) -> dict[str, Term]:
        """The equation, or one for each matrix of an array of three or four axes."""
        key = equation.key
        found = resolver.equation(equation.syntax, as_data=key in used)
        if summed := indexed_sum(equation.syntax):
            first = key if isinstance(found, Resolved) else Stack.named(key, found.axes).names[0]
            self.sums[first] = Term("indexed_sum", (key, summed))
        if isinstance(found, Resolved):
            resolver.know(key, found)
            return {} if key in resolver.arrays else {key: found.term}
        return self.matrices(resolver, equation, found)

    def matrices(self, resolver: Resolver, equation: Equation, found: Stack) -> dict[str, Term]:
        """An equation for each matrix of an array."""
        key = equation.key
        stack, matrices = Stack.named(key, found.axes), slices(resolver, equation.syntax, found)
        if told := slice_clash(stack, {*self.shapes, *(self.written.keys() - {key})}):
            raise SyntaxProblem(0, told)
        if problem := terms_problem(self.unfolded, [matrix.term for matrix in matrices]):
            raise SyntaxProblem(0, problem)
        self.unfolded += sum(map(operations, (matrix.term for matrix in matrices)))
        self.stacks.know(key, found.axes)
        for own, matrix in zip(stack.names, matrices, strict=True):
            resolver.know(own, matrix)
            self.written[own] = replace(equation, key=own)
        return dict(zip(stack.names, (matrix.term for matrix in matrices), strict=True))

    def tell(self, equation: Equation, problem: SyntaxProblem) -> None:
        """What is wrong with an equation; of a name that nothing has, unless it may be one that could not be read."""
        if isinstance(problem, UnknownName):
            if not self.read.all_named:
                return
            told = hints.unknown(problem, self.shapes, self.lines_by_name)
        else:
            told = self.with_givens(problem.message, uses(equation.syntax))
        self.findings.add_at(equation.line, equation.column + problem.at, told)

    def check_circle(self, order: Collection[str]) -> None:
        """Tells of equations that use each other, none of which can be the first."""
        circle = [
            key
            for key in self.written
            if key not in order and uses(self.written[key].syntax) - set(order) & self.written.keys()
        ]
        if circle and self.read.all_named:
            self.findings.add_at(self.written[circle[0]].line, 1, tell("spec.circle", keys=", ".join(circle)))

    def with_givens(self, message: str, used: Iterable[str]) -> str:
        """What is said of shapes that do not fit, with the quantities of the equation that are given, and where."""
        given = {**self.values.parameters, **self.data}
        shapes = {key: given[key].shape for key in given if key in used}
        return hints.with_givens(message, shapes, self.lines_by_name)

    def add_missing(self, place: tuple[str, ...], message: str) -> None:
        """Tells of a name that nothing has, unless it may stand in an equation that could not be read."""
        if self.read.all_read:
            self.findings.add(place, message)


def _reading(array: Array) -> Reading:
    """What NumPy has for a value."""
    axes = array.axes if isinstance(array, Given) else array.shape
    return Reading(axes, soft=len(axes) == 2)

"""The matrix of a linear map that is known by its transpose: what a reverse rule does to an upstream gradient G is J^T
G."""

from __future__ import annotations

from collections.abc import Callable

from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, number, partial, walk


def matrix_of(equation: Term, result: str, source: str, shapes: Shapes) -> Term | None:
    """The Jacobian of one equation by one of its vectors or numbers, as a formula; None where its reverse rule has no
    matrix form here.

    >>> matrix_of(name("W") @ name("x"), "z", "x", Shapes({"W": (2, 3), "x": (3, 1), "z": (2, 1)}))
    Term(head='name', args=('W',))
    """
    signal = partial(name(result), name(result))
    pulled = gradients(equation, name(result), signal, {source}, shapes)[source]
    return _Map(signal, shapes).of(pulled)


def product(left: Term, right: Term, shapes: Shapes) -> Term:
    """Two Jacobians multiplied; the identity is left out."""
    if _is_identity(right):
        return left
    if _is_identity(left):
        return right
    return Term(heads.MATMUL if shapes.of(left) and shapes.of(right) else heads.TIMES, (left, right))


def _is_identity(term: Term) -> bool:
    return term == number(1) or (term.head == heads.DIAG and term.args[0].head == "ones")


class _Map:
    """Goes from the result of a linear expression in `signal` to the signal itself; each rule is a line of `RULES`."""

    def __init__(self, signal: Term, shapes: Shapes) -> None:
        self.signal, self.shapes = signal, shapes

    def of(self, term: Term) -> Term | None:
        """J where the term is J^T G."""
        if term == self.signal:
            return self.identity(term)
        rule = RULES.get(term.head)
        return rule(self, *term.args) if rule else None

    def carries(self, term: Term) -> bool:
        return any(node == self.signal for node in walk(term))

    def identity(self, term: Term) -> Term:
        shape = self.shapes.of(term)
        return Term(heads.DIAG, (Term("ones", shape),)) if shape else number(1)

    def joined(self, head: str) -> Callable[[Term, Term], Term | None]:
        def join(a: Term, b: Term) -> Term | None:
            whole = self.shapes.of(Term(head, (a, b)))
            left, right = (self.spread(part, whole) for part in (a, b))
            return Term(head, (left, right)) if left is not None and right is not None else None

        return join

    def spread(self, term: Term, shape: tuple[int, ...]) -> Term | None:
        """A part of a sum; a number that stands in every entry is spread by a row of ones."""
        found = self.of(term)
        if found is None or self.shapes.of(term) == shape:
            return found
        return product(found, _transposed(Term("ones", shape)), self.shapes)

    def scaled(self, a: Term, b: Term) -> Term | None:
        """A factor times the rest: a scalar stays in front, an array meets a number as a row."""
        factor, rest = (a, b) if self.carries(b) else (b, a)
        inner = self.of(rest)
        if inner is None or self.carries(factor):
            return None
        if self.shapes.of(factor) == ():
            return factor * inner if inner != number(1) else factor
        if self.shapes.of(rest) != ():
            return None
        return product(inner, _transposed(factor), self.shapes)

    def entrywise(self, a: Term, b: Term) -> Term | None:
        factor, rest = (a, b) if self.carries(b) else (b, a)
        inner = self.of(rest)
        return None if inner is None or self.carries(factor) else self.weighted(inner, factor)

    def weighted(self, inner: Term, weights: Term) -> Term:
        """J diag(d), multiplied out where that is shorter: (I - u 1^T) diag(d) is diag(d) - u d^T."""
        if inner.head in (heads.ADD, heads.SUB):
            return Term(inner.head, tuple(self.weighted(part, weights) for part in inner.children))
        if (
            inner.head == heads.MATMUL
            and inner.args[1].head == heads.TRANSPOSE
            and inner.args[1].args[0].head == "ones"
        ):
            return product(inner.args[0], _transposed(weights), self.shapes)
        return product(inner, Term(heads.DIAG, (weights,)), self.shapes)

    def pulled(self, a: Term, b: Term) -> Term | None:
        inner = None if self.carries(a) else self.of(b)
        return None if inner is None else product(inner, _transposed(a), self.shapes)

    def totalled(self, a: Term) -> Term | None:
        inner = self.of(a)
        if inner is None or self.shapes.of(a) == ():
            return inner
        if inner.head == heads.DIAG:
            return inner.args[0]  # type: ignore[no-any-return]
        return product(inner, Term("ones", self.shapes.of(a)), self.shapes)

    def negated(self, a: Term) -> Term | None:
        inner = self.of(a)
        return None if inner is None else -inner

    def divided(self, a: Term, b: Term) -> Term | None:
        inner = None if self.carries(b) or self.shapes.of(b) != () else self.of(a)
        return None if inner is None else inner / b


def _transposed(term: Term) -> Term:
    return term.args[0] if term.head == heads.TRANSPOSE else term.T


RULES: dict[str, Callable[..., Term | None]] = {
    heads.ADD: lambda linear, a, b: linear.joined(heads.ADD)(a, b),
    heads.SUB: lambda linear, a, b: linear.joined(heads.SUB)(a, b),
    heads.NEG: _Map.negated,
    heads.TIMES: _Map.scaled,
    heads.HADAMARD: _Map.entrywise,
    heads.MATMUL: _Map.pulled,
    heads.SUM: _Map.totalled,
    heads.DIV: _Map.divided,
}

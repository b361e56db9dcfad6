"""What an edge of a chart stands for, in words and formulas: the local derivative, and what comes back along the
edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.terms import Term, name, number, partial
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, Reason
from derivation.pages.figures.shares import shares
from derivation.pages.figures.texts import Texts
from derivation.pages.words import Words, latex_of, shown


@dataclass(frozen=True)
class StatementView:
    """A sentence and the chain that it introduces."""

    sentence: str
    latex: str


@dataclass(frozen=True)
class EdgeView:
    """The use of a quantity (`source`) in the equation of another (`target`), both as the spec calls them."""

    source: str
    target: str
    statements: tuple[StatementView, ...]


def edges(derivation: Derivation, words: Words) -> list[EdgeView]:
    """Each use on the way to the loss, at the values of the first training step; none where there is no loss."""
    if not derivation.network.loss:
        return []
    return _Edges(derivation, words).made()


class _Edges:
    def __init__(self, derivation: Derivation, words: Words) -> None:
        self.network: Network = derivation.network
        self.step, self.words = derivation.training_steps[0], words
        self.latex = latex_of(self.network)
        self.shapes = Shapes(self.network.shapes)
        self.loss = name(self.network.loss or "")
        self.parts = shares(self.network, self.step)

    def made(self) -> list[EdgeView]:
        return [
            EdgeView(operand, result, tuple(self.statements(result, operand)))
            for result, operand in self.parts.gradients
        ]

    def statements(self, result: str, operand: str) -> Iterator[StatementView]:
        """The local derivative where both are numbers, then what comes back: the gradient, or a contribution to it."""
        about = {"result": name(result), "operand": name(operand), "gradient": partial(self.loss, name(operand))}
        if (result, operand) in self.parts.slopes and name(result) != self.loss:
            local = partial(name(result), name(operand))
            chain = self.chain(local, self.carried(result, operand, number(1)), self.parts.slopes[result, operand])
            yield StatementView(self.words.sentence("page", Reason("edge_local", about)), chain)
        share, signal = (
            self.parts.gradients[result, operand],
            number(1) if name(result) == self.loss else partial(self.loss, name(result)),
        )
        count = sum(used == operand for _, used in self.parts.gradients)
        sentence = self.words.sentence(
            "page", Reason("edge_whole" if count == 1 else "edge_part", about | {"count": number(count)})
        )
        yield StatementView(
            sentence,
            self.chain(about["gradient"] if count == 1 else None, self.carried(result, operand, signal), share),
        )

    def carried(self, result: str, operand: str, signal: Term) -> Term:
        """A signal at an equation's result, carried back to what the equation uses."""
        return gradients(self.network.equations[result], name(result), signal, {operand}, self.shapes)[operand]

    def chain(self, quantity: Term | None, formula: Term, value: Array) -> str:
        """A quantity, if it has a name, its formula and its value, as rounded as in the charts."""
        rounded = shown(Texts(self.network).value(value, "ink").latex, self.network.page.decimal)
        parts = [self.latex(term) for term in (quantity, formula) if term is not None]
        if parts[-1] == rounded:
            return " = ".join(parts)
        return " = ".join(parts) + (" " if rounded.startswith(r"\approx") else " = ") + rounded

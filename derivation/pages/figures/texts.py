"""Formulas as texts with sizes: symbols, shapes, values, derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derivation.deriving.arithmetic import literal
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.decimals import Style, decimal, nearest
from derivation.formulas.numbers import Number, Uncertain, middle
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.pages.figures import measure
from derivation.pages.figures.geometry import Text, Tone
from derivation.tex.write import write

STYLE = Style(digits=3, exact_digits=5)
ELIDE = 4
"""Rows or columns beyond which a matrix has dots in a chart."""
SETTLED = 30
"""Decimal places to which a number is certain; where they leave a printed digit open, either rounding is right to
them."""
SHAPE, LOCAL = 0.75, 0.875
"""The size of a shape beside a symbol, and of a local derivative, as a share of the symbol's."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Writes the quantities of one network."""

    network: Network

    def symbol(self, key: str, tone: Tone = "ink") -> Text:
        """The symbols of one name, or of several with commas between them."""
        return formula(r",\, ".join(self.network.names.latex(one) for one in key.split()), tone)

    def shape(self, key: str) -> Text | None:
        """Rows and columns; nothing for a scalar or a group."""
        shape: Shape = self.network.shapes.get(key, ())
        if not shape:
            return None
        latex = rf"{shape[0]} {{\times}} {shape[1]}"
        width, height = measure.size(latex)
        return Text(latex, width * SHAPE + 1.6, height * SHAPE, "shape")

    def gradient(self, loss: str, key: str) -> Text:
        """A derivative of the loss by one quantity, or by several with blanks between them, in a line."""
        names, by = self.network.names, self.symbol(key).latex
        return formula(rf"\partial {names.latex(loss)}/\partial " + (f"({by})" if " " in key else by), "ink")

    def local(self, of: str, by: str) -> Text:
        """A local derivative as a fraction."""
        names = self.network.names
        text = formula(rf"\dfrac{{\partial {names.latex(of)}}}{{\partial {names.latex(by)}}}", "local")
        return replace(text, width=text.width * LOCAL, height=text.height * LOCAL)

    def slope(self, number: Array) -> Text:
        """A local derivative between scalars as the factor that it is."""
        value = self.value(number, "soft")
        latex = value.latex.removeprefix(r"\approx ")
        return formula(rf"{{\times}}\,({latex})" if latex.startswith("-") else rf"{{\times}}\,{latex}", "soft")

    def value(self, array: Array, tone: Tone, digits: int = STYLE.digits) -> Text:
        """A number or a matrix of numbers; where it is printed rounded, the sign says so, and every entry is rounded
        alike."""
        term = _literal(array, Style(digits, max(digits, STYLE.exact_digits)))
        term = _literal(array, Style(digits, digits)) if term.rounded else term
        prefix = r"\approx " if term.rounded else ""
        latex = prefix + write(term, self.network.names)
        width = measure.size(prefix)[0]
        if not array.shape:
            return formula(latex, tone)
        columns = list(
            zip(*[[write(entry, self.network.names) for entry in row.args] for row in term.args], strict=True)
        )
        wide, high = measure.matrix([list(column) for column in columns])
        return Text(latex, width + wide, high, tone)

    def equation(self, key: str, array: Array, tone: Tone) -> Text:
        """A symbol and its value in a line."""
        value = self.value(array, tone)
        relation = "" if value.latex.startswith(r"\approx") else "="
        left = f"{self.network.names.latex(key)}{relation}"
        width, height = measure.size(left)
        return Text(left + value.latex, width + value.width, max(height, value.height), tone)


def formula(latex: str, tone: Tone) -> Text:
    """A formula with its size."""
    return Text(latex, *measure.size(latex), tone)


def signed(value: Text) -> Text:
    """A value as it is added: a number behind its sign, a matrix behind a plus.

    >>> signed(formula("-0.5", "update")).latex, signed(formula("0.5", "update")).latex
    ('-0.5', '{+}0.5')
    """
    if value.latex.removeprefix(r"\approx ").startswith("-"):
        return value
    about = r"\approx " if value.latex.startswith(r"\approx ") else ""
    return replace(
        value, latex=rf"{about}{{+}}{value.latex.removeprefix(about)}", width=value.width + measure.size("+")[0] + 0.3
    )


def _literal(array: Array, style: Style) -> Term:
    return literal(array.map(lambda x: printable(x, style)), style, ELIDE)


def printable(x: Number, style: Style = STYLE) -> Number:
    """The number itself, or what it is to 30 places where it lies too near to a tie or to 0 for a digit to be
    certain."""
    try:
        decimal(x, style)
    except Uncertain:
        return type(middle(x))(nearest(middle(x), SETTLED), 10**SETTLED)
    return x

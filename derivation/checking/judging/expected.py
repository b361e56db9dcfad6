"""What should stand where something is wrong, as LaTeX: numbers in the author's precision, or a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flint import fmpq

from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import is_hidden
from derivation.checking.facts.values import UPSTREAM, Slope, Truth, quantities
from derivation.checking.judging.agreement import printed_entries
from derivation.checking.judging.compare import Difference
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.decimals import Style, decimal, nearest, point, terminating
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import bounds
from derivation.formulas.terms import Term, is_literal, name, partial, substitute
from derivation.tex.names import Names
from derivation.tex.write import write
from derivation.words.telling import Sentence, tell

if TYPE_CHECKING:
    from derivation.checking.facts.facts import Facts


MAXIMAL_LENGTH = 160
"""Beyond this a formula is no help in a message."""
LONGEST = 10**MAXIMAL_LENGTH
"""From here on a number is written with a power of ten."""


def as_printed(value: Any, like: Any) -> str:
    """A value in the precision of a numeral or of a printed matrix.

    >>> as_printed(fmpq(2, 3), "0.66")
    '0.67'
    """
    if not isinstance(value, Array):
        return in_places(value, like)
    texts = printed_entries(like)[0] if isinstance(like, Term) and is_literal(like) else []
    if len(texts) == len(value.entries):
        cells = [in_places(x, text) for x, text in zip(value.entries, texts, strict=True)]
    else:
        cells = [plain(x) for x in value.entries]
    if value.shape == ():
        return cells[0]
    columns = value.shape[1]
    rows = r" \\ ".join(" & ".join(cells[k : k + columns]) for k in range(0, len(cells), columns))
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def plain(x: Any) -> str:
    return scientific(decimal(x, Style()).text)


def in_places(x: Any, text: str) -> str:
    """A number with as many decimal places as a numeral, or in full where it is short and exact."""
    if isinstance(x, fmpq):
        full = terminating(x)
        if full is not None and len(full.lstrip("-").replace(".", "")) <= 8:
            return full
    if "e" in text:
        return plain(x)
    places = max(len(text.partition(".")[2]), 2)
    low, high = bounds(x)
    if abs(low) >= LONGEST:
        return plain(x)
    shown = point(nearest((low + high) / 2, places), places)
    return shown if any(digit in "123456789" for digit in shown) else plain(x)


def scientific(text: str) -> str:
    digits, _, power = text.partition("e")
    return rf"{digits} \times 10^{{{power}}}" if power else digits


def formula_of(facts: Facts, a: Term, position: Position) -> str | None:
    """The formula of a quantity: as the article defines it, or as differentiation gives it."""
    if a.head == "name":
        definitions = facts.definitions(a.args[0], position)
        return definitions[0].read.side.latex if definitions else None
    if a.head == "updated":
        rule = facts.rule(a, position)
        return latex(facts, rule, position) if rule is not None else None
    if a.head != "partial" or any(part.head != "name" for part in a.args) or is_hidden(a.args[0].args[0]):
        return None
    found = slope(facts, a, position)
    return latex(facts, found, position) if found else None


def slope(facts: Facts, a: Term, position: Position) -> Term | None:
    """A derivative as the chain rule gives it, in terms of the derivatives by the quantities that come next; None where
    it vanishes."""
    of, by = a.args
    path = Slope(Truth(facts), position, of.args[0], by.args[0])
    total: Term | None = None
    for key in path.sequence:
        term, shape = path.equations[key]
        if by.args[0] not in path.parts(term):
            continue
        shapes = {**facts.shapes_in(term, position), key: shape, UPSTREAM: shape}
        upstream = Term("number", ("1",)) if key == of.args[0] else name(UPSTREAM)
        rule = gradients(term, name(key), upstream, {by.args[0]}, Shapes(shapes)).get(by.args[0])
        if rule is None:
            continue
        part = substitute(rule, {UPSTREAM: partial(of, name(key))})
        total = part if total is None else total + part
    return total


def latex(facts: Facts, term: Term, position: Position) -> str | None:
    """A term in the names of the article, if it is short enough to be read."""
    shapes = {}
    for leaf in quantities(term):
        for part in leaf.args if leaf.head == "partial" else leaf.args[:1] if leaf.head == "updated" else (leaf,):
            shapes[part.args[0]] = facts.shape(part.args[0], position) or ()
    written = write(term, Names(shapes, {key: key for key in shapes}))
    return written if len(written) <= MAXIMAL_LENGTH else None


def differing(mistake: Sentence | None, difference: Difference | None) -> Sentence:
    """That values differ: by which mistake, and where, as far as that is known."""
    if difference is None:
        return mistake or tell("wrong.differs")
    place, numbers = (
        difference.place,
        {"value": as_printed(difference.value, difference.found), "found": difference.found},
    )
    where = place[0] if len(place) == 1 else place
    found = tell("wrong.entry", place=where, **numbers) if place else tell("wrong.value", **numbers)
    return Sentence(tell("wrong.mistake", mistake=mistake, difference=found), mistake.code) if mistake else found

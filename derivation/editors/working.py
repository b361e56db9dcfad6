"""The chain of a quantity as an article would write it: its formula, with numbers put in, and its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from derivation.checking.article import PRECISION
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.values import Printed, quantities
from derivation.checking.judging.expected import as_printed, latex, slope
from derivation.checking.judging.spelling import negated
from derivation.checking.reports.view import delimiters
from derivation.checking.sources.find import ENDINGS
from derivation.checking.sources.source import Formula
from derivation.editors.hovering import Asked
from derivation.editors.looks import Look
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style, decimal
from derivation.formulas.numbers import Number, exact, settle
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, matrix, number
from derivation.tex.names import Names
from derivation.tex.write import write

STYLE = Style(digits=8, exact_digits=15)
UNWRITTEN = (*FAILURES, KeyError, Exhausted, RecursionError)
"""All that keeps a chain from being worked, or from being written: an array of numerals has no names for its entries."""


def worked(look: Look, about: Asked) -> str | None:
    r"""The chain of a quantity as LaTeX; None where no formula leads to it, or it has no value.

    >>> from derivation.editors.documents import document
    >>> from derivation.editors.hovering import asked
    >>> from derivation.editors.looks import looked
    >>> look = looked(document("file:///a.md", "/a.md", "$x = 3$ and $z = 2 x + 1$"))
    >>> worked(look, asked(look, 13))
    'z = 2 x + 1 = 2 \\cdot 3 + 1 = 7'
    """
    look.facts.meter.begin()
    with working_precision(PRECISION):
        try:
            return " ".join(parts(look, about)) or None
        except UNWRITTEN:
            return None


def parts(look: Look, about: Asked) -> Iterator[str]:
    """The sides of the chain, each with the sign before it. The numbers put in are those that the article prints, and
    the value is what they give, to as many places as the article prints of it."""
    facts, position = look.facts, about.chain.position
    term = formula(look, about)
    name, shown = latex(facts, about.term, position), latex(facts, term, position) if term else None
    if term is None or name is None or shown is None:
        return
    stated, printed = facts.definitions(about.key, position)[:1], Printed(facts)
    leaves = {leaf: as_put_in(printed.quantity(leaf, position)) for leaf in quantities(term)}
    value = settle(evaluate(term, leaves, Numbers))
    yield f"{name} = {stated[0].read.side.latex if stated else look.typed(shown)}"
    if leaves and term not in leaves:
        yield f"{sign(leaves.values())} {look.typed(write(with_numbers(term, leaves), Names({}, {})))}"
    yield f"{sign([value])} {look.typed(as_printed(value, like(look, about)))}"


def like(look: Look, about: Asked) -> Any:
    """The value that the article prints of a quantity, whose places are kept; nothing where it prints none."""
    statement = look.facts.value_statement(about.key, about.chain.position)
    return Meaning(look.facts, statement.position).of(statement.tree)[0] if statement else ""


def formula(look: Look, about: Asked) -> Term | None:
    """What a quantity is by the article: its formula, the rule of its update, or the chain rule."""
    facts, position, leaf = look.facts, about.chain.position, about.term
    defined = facts.definition(about.key, position)
    if defined:
        return defined[0]
    if leaf.head == "updated":
        return facts.rule(leaf, position)
    named = leaf.head == "partial" and all(part.head == "name" for part in leaf.args)
    return slope(facts, leaf, position) if named else None


def with_numbers(term: Term, values: Mapping[Term, Array]) -> Term:
    """The term with numerals in the place of quantities; a negative one that is added is taken away."""
    if term in values:
        return numeral(values[term])
    if term.head == "index" and term.args[0] in values and all(isinstance(place, int) for place in term.args[1:]):
        return number(digits(values[term.args[0]][term.args[1:]]))
    if not term.children:
        return term
    args = tuple(with_numbers(arg, values) if isinstance(arg, Term) else arg for arg in term.args)
    if term.head == heads.ADD and args[1].head == "number" and args[1].args[0].startswith("-"):
        return Term(heads.SUB, (args[0], negated(args[1])))
    return Term(term.head, args)


def numeral(value: Array) -> Term:
    """A value as it is put in: a number, or a matrix of them."""
    cells = [number(digits(entry)) for entry in value.entries]
    if value.shape == ():
        return cells[0]
    columns = value.shape[1]
    return matrix(tuple(tuple(cells[k : k + columns]) for k in range(0, len(cells), columns)))


def as_put_in(value: Array) -> Array:
    """A value as its numerals say it, where they are put in."""
    return Array(value.shape, tuple(exact(digits(entry)) for entry in value.entries))


def digits(x: Number) -> str:
    """A number as it is put in: as the article prints it, or rounded where it prints none."""
    return decimal(x, STYLE).text


def sign(values: Iterable[Array]) -> str:
    r"""`=`, or `\approx` in front of numbers that are rounded where they are written."""
    exact = all(decimal(entry, STYLE).exact for value in values for entry in value.entries)
    return "=" if exact else r"\approx"


def below(formula: Formula, chain: str) -> tuple[int, str]:
    """Where a chain is put in under a formula, behind its line, and with what around it."""
    text = formula.source.text
    end = text.find("\n", delimiters(text, formula)[1])
    is_latex = ENDINGS.get(Path(formula.source.path).suffix.lower()) == "latex"
    return (len(text) if end < 0 else end), rf"\n\[{chain}\]" if is_latex else f"\n\n$${chain}$$\n"

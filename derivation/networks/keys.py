"""Quantities as the spec would call them: `z1`, `dL/dW1`, `W1_new`."""

from __future__ import annotations

from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term
from derivation.networks.update import PREFIX


def key_of(term: Term) -> str:
    """A quantity as the spec would call it; entries are counted from 0, as there.

    >>> from derivation.formulas.terms import index, name, partial, updated
    >>> key_of(partial(name("L"), index(name("W1"), 0, 1))), key_of(updated(name("W1")))
    ('dL/dW1[0,1]', 'W1_new')
    """
    if term.head == "partial":
        return "d{}/d{}".format(*map(key_of, term.args))
    if term.head == "updated":
        return f"{key_of(term.args[0])}_new"
    if term.head == "index":
        return f"{key_of(term.args[0])}[{','.join(map(str, term.args[1:]))}]"
    if term.head in ("name", "number"):
        return str(term.args[0]).removeprefix(PREFIX)
    return f"{term.head}({', '.join(map(key_of, term.children))})"


STRENGTH = {">": 0, ">=": 0, "+": 1, "-": 1, "*": 2, "@": 2, "/": 2, "^": 4}
"""How strongly a sign between two operands binds."""
SIGNS = {row.name: sign for row in TABLE.values() for sign in row.spellings[:1] if sign in STRENGTH}
"""The operations that are written as a sign between two operands."""


def expression(term: Term, least: int = 0) -> str:
    """A term in the language of the spec, for messages, in brackets where it binds less than `least`.

    >>> from derivation.formulas.terms import name, number
    >>> expression(Term("log", (number(1) - name("p"),)) / (name("a") * name("b") + number(2)))
    'log(1 - p) / (a * b + 2)'
    """
    if term.head in SIGNS:
        sign = SIGNS[term.head]
        own = STRENGTH[sign]
        between = sign if sign == "^" else f" {sign} "
        shown = between.join((expression(term.args[0], own + (own == 4)), expression(term.args[1], own + 1)))
    elif term.head == heads.NEG:
        own, shown = 1, f"-{expression(term.args[0], 2)}"
    elif term.head == heads.TRANSPOSE:
        own, shown = 4, f"{expression(term.args[0], 4)}.T"
    elif term.head in TABLE:
        own, shown = 5, _call(term)
    else:
        own, shown = 5, key_of(term)
    return f"({shown})" if own < least else shown


def _call(term: Term) -> str:
    word, _, axis = next(
        (spelling for spelling in TABLE[term.head].spellings if spelling[:1].isalpha()), term.head
    ).partition(" ")
    return f"{word}({', '.join([*map(expression, term.children), *[axis] * bool(axis)])})"

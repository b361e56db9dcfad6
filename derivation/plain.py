"""Quantities as the spec would call them: `z1`, `dL/dW1`, `W1_new`."""

from __future__ import annotations

from .recipe import PREFIX
from .terms import Term


def plain(term: Term) -> str:
    """A quantity as the spec would call it; entries are counted from 0, as there.

    >>> from derivation.terms import index, name, partial, updated
    >>> plain(partial(name("L"), index(name("W1"), 0, 1))), plain(updated(name("W1")))
    ('dL/dW1[0,1]', 'W1_new')
    """
    if term.head == "partial":
        return "d{}/d{}".format(*map(plain, term.args))
    if term.head == "updated":
        return f"{plain(term.args[0])}_new"
    if term.head == "index":
        return f"{plain(term.args[0])}[{','.join(map(str, term.args[1:]))}]"
    if term.head in ("name", "number"):
        return str(term.args[0]).removeprefix(PREFIX)
    return f"{term.head}({', '.join(map(plain, term.children))})"

"""Textbook notation as an immutable tree.

A `Term` is a head and its arguments. Two heads are leaves: `name` (a quantity of the network) and `number` (a decimal
as printed). Every other head is a row of the operations table, or names a quantity that is not computed here: `partial`
(a derivative), `updated` (a parameter after its step), `index` (an entry). The tree keeps the author's order, his
subtractions and his fractions; it holds no LaTeX and no layout.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

Result = TypeVar("Result")

_set = object.__setattr__


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One node: `head` says what it is, `args` are its parts (Terms; text in a leaf).

    `value` is what a printed literal stands for where the print is rounded or elided: it takes no part in equality, so
    a term read back from LaTeX equals the one that was written. `children` are the parts that are Terms themselves, and
    `rounded` says whether some number in the tree is printed rounded.

    >>> (name("w") * name("x") + number("0.5")).args[1]
    Term(head='number', args=('0.5',))
    """

    head: str
    args: tuple[Any, ...] = ()
    value: Any = field(default=None, repr=False)
    children: tuple[Term, ...] = field(init=False, repr=False)
    rounded: bool = field(init=False, repr=False)
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # One loop and no generators: terms are made by the thousand.
        children, rounded = [], self.value is not None and self.head == "number"
        for arg in self.args:
            if arg.__class__ is Term:
                children.append(arg)
                rounded = rounded or arg.rounded
        _set(self, "children", tuple(children))
        _set(self, "rounded", rounded)
        _set(self, "_hash", hash((self.head, self.args)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Term)
            and self._hash == other._hash
            and self.head == other.head
            and self.args == other.args
        )

    def __add__(self, other: Term) -> Term:
        return Term("add", (self, other))

    def __sub__(self, other: Term) -> Term:
        return Term("sub", (self, other))

    def __mul__(self, other: Term) -> Term:
        return Term("times", (self, other))

    def __truediv__(self, other: Term) -> Term:
        return Term("div", (self, other))

    def __pow__(self, other: Term) -> Term:
        return Term("pow", (self, other))

    def __matmul__(self, other: Term) -> Term:
        return Term("matmul", (self, other))

    @property
    def T(self) -> Term:
        """The transpose."""
        return Term("transpose", (self,))

    def __neg__(self) -> Term:
        return Term("neg", (self,))


def name(text: str) -> Term:
    """The quantity called `text` in the spec."""
    return Term("name", (text,))


def number(text: str | int) -> Term:
    """A decimal as printed: an optional minus, digits, an optional fraction, an optional power of ten (`1.5e-7`)."""
    return Term("number", (str(text),))


def matrix(rows: tuple[tuple[Term, ...], ...], value: Any = None) -> Term:
    """A bracketed array of terms, row by row; a column vector has one term in each row."""
    return Term("matrix", tuple(Term("row", row) for row in rows), value)


def partial(of: Term, by: Term) -> Term:
    r"""The derivative of one quantity by another, `\partial of / \partial by`, as a quantity with a name of its own."""
    return Term("partial", (of, by))


def updated(parameter: Term) -> Term:
    """A parameter's value after the update."""
    return Term("updated", (parameter,))


def index(of: Term, *places: int) -> Term:
    """An entry, counted from 0 as in the spec (and printed from 1 as in mathematics)."""
    return Term("index", (of, *places))


def is_literal(term: Term) -> bool:
    """Whether the term is numbers as printed: a decimal, or a matrix of decimals (elided or not)."""
    if term.head == "matrix":
        return all(entry.head in ("number", "dots") for row in term.args for entry in row.args)
    return term.head == "number"


def walk(term: Term) -> Iterator[Term]:
    """Every node of the tree, parents before their parts, left to right."""
    waiting = [term]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def options(term: Term) -> tuple[int, ...]:
    """The whole numbers behind an operation's operands: a stride, a place.

    >>> options(Term("reshape", (name("x"), 2, 3)))
    (2, 3)
    """
    return tuple(arg for arg in term.args if arg.__class__ is int)


@lru_cache(maxsize=4096)
def names(term: Term) -> tuple[str, ...]:
    """The names a term uses, each once, in the order of their first use.

    >>> names(name("W") * name("x") + name("W"))
    ('W', 'x')
    """
    return tuple(dict.fromkeys(node.args[0] for node in walk(term) if node.head == "name"))


def rebuild(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """The tree with each node for which `change` gives a term replaced by it, from the root down.

    >>> rebuild(name("a") + name("b"), {name("b"): number(2)}.get)
    Term(head='add', args=(Term(head='name', args=('a',)), Term(head='number', args=('2',))))
    """
    return fold(term, change, with_parts)


def substitute(term: Term, parts: Mapping[str, Term]) -> Term:
    """The term with each name in `parts` replaced.

    >>> substitute(name("a") + name("b"), {"b": number(2)}) == name("a") + number(2)
    True
    """
    return rebuild(term, lambda node: parts.get(node.args[0]) if node.head == "name" else None)


def fold(term: Term, known: Callable[[Term], Result | None], join: Callable[[Term, list[Any]], Result]) -> Result:
    """What a tree comes to, from the leaves up: `known(node)`, or where that is None `join(node, what its parts come
    to)`.

    Nothing here calls itself: a sum of a thousand summands is a tree a thousand deep.

    >>> fold(name("a") + number(2) * name("b"), lambda node: None, lambda node, depths: 1 + max(depths, default=0))
    3
    """
    open_nodes: list[tuple[Term, list[Any]]] = []
    while True:
        found = known(term)
        if found is None and term.children:
            open_nodes.append((term, []))
            term = term.children[0]
            continue
        found = join(term, []) if found is None else found
        while open_nodes:
            parent, parts = open_nodes[-1]
            parts.append(found)
            if len(parts) < len(parent.children):
                term = parent.children[len(parts)]
                break
            open_nodes.pop()
            found = join(parent, parts)
        else:
            return found


def with_parts(term: Term, parts: list[Any]) -> Term:
    """The term with other terms in place of its own parts; the term itself where they are the same."""
    if all(map(operator.is_, parts, term.children)):
        return term
    remaining = iter(parts)
    args = tuple(next(remaining) if arg.__class__ is Term else arg for arg in term.args)
    return term if args == term.args else Term(term.head, args, term.value)

"""Whole numbers that are known before anything is worked: places in an index, lengths, labels that are given as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Protocol

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.steps import ARITHMETIC, reckoned, whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term
from derivation.words.telling import tell

Places = int | tuple[int, ...]
"""One whole number, or a list of them."""


class Resolver(Protocol):
    """What makes terms of expressions (`resolve.Resolver`)."""

    names: dict[str, Shape]
    added: dict[str, Term]
    readings: dict[str, Reading] | None
    labels: Mapping[str, Array]
    indices: set[str]

    def resolve(self, syntax: Syntax) -> Resolved: ...

    def lengths(self, syntax: Syntax) -> Shape: ...

    def operation(
        self,
        syntax: Syntax,
        symbol: str,
        parts: Sequence[Resolved],
        given: Sequence[int] = (),
        named: Mapping[str, int] | None = None,
    ) -> Resolved: ...

    def named(self, found: Resolved) -> Term: ...

    def free(self, local: str, *wished: str, endings: Sequence[str] = ("",)) -> str: ...

    def know(self, key: str, found: Resolved) -> None: ...

    def given(self, array: Array, reading: Reading) -> Term: ...


def constant(resolver: Resolver, syntax: Syntax) -> Places:
    """The whole numbers that an expression stands for; `SyntaxProblem` where it has none before the forward pass."""
    known = CONSTANTS.get(syntax.symbol)
    if known is None:
        return whole(syntax)
    return known(resolver, syntax)


def one(resolver: Resolver, syntax: Syntax) -> int:
    """A single whole number; a list is none."""
    found = constant(resolver, syntax)
    if isinstance(found, tuple):
        raise SyntaxProblem(syntax.at, tell("syntax.expected_whole"))
    return found


def lengths(resolver: Resolver, syntax: Syntax) -> Shape:
    """The lengths of NumPy's axes."""
    return resolver.lengths(syntax)


def _label(resolver: Resolver, syntax: Syntax) -> Places:
    """Data as an index: whole numbers, which stay as they are given."""
    key = syntax.args[0]
    if key not in resolver.names:
        return whole(syntax)
    if key not in resolver.labels:
        raise SyntaxProblem(syntax.at, tell("indexing.no_data", key=key))
    given = resolver.labels[key]
    resolver.indices.add(key)
    strange = next((entry for entry in given.entries if entry.denominator != 1), None)
    if strange is not None:
        raise SyntaxProblem(syntax.at, tell("indexing.not_whole", key=key, number=strange))
    if min(given.shape or (1,)) > 1:
        raise SyntaxProblem(syntax.at, tell("indexing.matrix_of_places", key=key))
    places = tuple(int(entry) for entry in given.entries)
    return places if lengths(resolver, syntax) else places[0]


def _entry_by_entry(resolver: Resolver, syntax: Syntax) -> Places:
    parts = [constant(resolver, arg) for arg in syntax.args]
    sizes = {len(part) for part in parts if isinstance(part, tuple)}
    if not sizes:
        return reckoned(syntax, *parts)
    columns = [part if isinstance(part, tuple) else (part,) * max(sizes) for part in parts]
    if len(sizes) > 1:
        raise SyntaxProblem(syntax.at, tell("indexing.pairs", first=min(sizes), second=max(sizes)))
    return tuple(reckoned(syntax, *row) for row in zip(*columns, strict=True))


def _list(resolver: Resolver, syntax: Syntax) -> Places:
    return tuple(one(resolver, arg) for arg in syntax.args)


def _range(resolver: Resolver, syntax: Syntax) -> Places:
    return tuple(range(*(one(resolver, arg) for arg in syntax.args)))


def _place_of_list(resolver: Resolver, syntax: Syntax) -> Places:
    """`x.shape[0]`, or a label out of a list of them."""
    of, place = syntax.args[:2]
    found = lengths(resolver, of.args[0]) if of.symbol == "shape" else constant(resolver, of)
    if place.symbol == "slice_of" and isinstance(found, tuple) and len(syntax.args) == 2:
        return found[slice(*(None if bound is None else one(resolver, bound) for bound in place.args))]
    place = one(resolver, place)
    if not isinstance(found, tuple) or len(syntax.args) != 2 or not -len(found) <= place < len(found):
        raise SyntaxProblem(syntax.at, tell("indexing.no_place", index=place))
    return found[place]


def _length(resolver: Resolver, syntax: Syntax) -> Places:
    axes = lengths(resolver, syntax.args[0])
    if not axes or len(syntax.args) > 1:
        raise SyntaxProblem(syntax.at, tell("indexing.no_length"))
    return axes[0]


def _size(resolver: Resolver, syntax: Syntax) -> Places:
    """`x.size` are all entries, PyTorch's `x.size(0)` those along an axis."""
    axes = lengths(resolver, syntax.args[0])
    if len(syntax.args) == 1:
        return prod(axes)
    place = one(resolver, syntax.args[1])
    if not -len(axes) <= place < len(axes):
        raise SyntaxProblem(syntax.at, tell("indexing.no_place", index=place))
    return axes[place]


def _largest(resolver: Resolver, syntax: Syntax) -> Places:
    """The place of the largest of some data: the label of a one-hot vector."""
    key = syntax.args[0].args[0] if syntax.args[0].symbol == "name" else ""
    if key not in resolver.labels or len(lengths(resolver, syntax.args[0])) != 1 or len(syntax.args) > 1:
        raise SyntaxProblem(syntax.at, tell("indexing.argmax"))
    entries = resolver.labels[key].entries
    resolver.indices.add(key)
    return entries.index(max(entries))


CONSTANTS: dict[str, Callable[[Any, Syntax], Places]] = {
    "name": _label,
    **dict.fromkeys(ARITHMETIC, _entry_by_entry),
    "list": _list,
    "range": _range,
    "index": _place_of_list,
    "len": _length,
    heads.ARGMAX: _largest,
    "shape": lambda resolver, syntax: lengths(resolver, syntax.args[0]),
    "size": _size,
    "ndim": lambda resolver, syntax: len(lengths(resolver, syntax.args[0])),
}
"""What a whole number may be made of; anything else is none."""

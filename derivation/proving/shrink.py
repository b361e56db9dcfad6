"""The same network and the same claims with long dimensions shortened: a rule between matrices does not depend on how
long they are.

Equal dimensions stay equal, so every equation still fits. Numbers stay what they are: where an operation counts entries
(the n of a mean), the definition stands in its place with the count of the full shape, so that a wrong one is as wrong
as it was. Of each array the first rows and columns are kept, and of an array of data its sums, since a rule may rest on
them (the targets of a cross-entropy add up to 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, total
from derivation.formulas.language.definitions import definition
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, ShapeMismatch, heads, lengths
from derivation.formulas.terms import Term, fold, rebuild, substitute, walk, with_parts
from derivation.networks.network import Network

SHORTEST = 3
"""Long dimensions become 3, 4 and 5, in turn."""
LONGEST_KEPT = 24
"""Dimensions up to which one may stay as it is: where a formula or an operation names more of its places than the short
one has."""
LENGTHS = {heads.REPEAT_ROWS: 1, heads.REPEAT_COLUMNS: 1, heads.GATHER_ROWS: 1, heads.PLACE_IN_ROWS: 1, heads.PAD: 2}
"""How many of the last options of an operation are lengths of its result."""
Places = dict[int, list[int]]
"""For each length the places that are named along it."""


class NotShrunk(ValueError):
    """A claim that says something of more places than are left."""


@dataclass(frozen=True)
class Twin:
    """A network at small shapes; `sizes` says what each length has become, `places` which places its equations name."""

    network: Network
    whole: Network
    sizes: Mapping[int, int]
    places: Places

    def claim(self, *terms: Term) -> tuple[Term, ...]:
        """The same claim at small shapes; `NotShrunk` with the lengths along which it names too many places."""
        shapes = Shapes(self.whole.names.shapes)
        terms = tuple(counted(term, shapes) for term in terms)
        places = named(terms, shapes, self.places)
        crowded = {size for size, found in places.items() if len(found) > self.sizes.get(size, size)}
        if crowded:
            raise NotShrunk(crowded)
        small = tuple(self.small(term, shapes, places) for term in terms)
        if not self.fits(terms, small, shapes):
            raise NotShrunk(rigid(self.whole))
        return small

    def fits(self, terms: tuple[Term, ...], small: tuple[Term, ...], shapes: Shapes) -> bool:
        """Whether each term has become what its shape has become."""
        shorter = Shapes(self.network.names.shapes)
        try:
            return all(
                shorter.of(term) == _shape(shapes.of(whole), self.sizes)
                for whole, term in zip(terms, small, strict=True)
            )
        except ShapeMismatch:
            return False

    def small(self, term: Term, shapes: Shapes, places: Places) -> Term:
        return fold(
            term,
            lambda node: None,
            lambda node, parts: _resized(node, with_parts(node, parts), shapes, self.sizes, places),
        )


def shrunk(network: Network, kept: Iterable[int] = ()) -> Twin | None:
    """The network with its long dimensions shortened but for some that are kept; None where its equations do not fit
    then."""
    shapes, full = Shapes(network.shapes), dict(network.equations)
    full = {key: counted(term, shapes) for key, term in full.items()}
    long = sorted({size for shape in network.shapes.values() for size in shape if size > SHORTEST} - set(kept))
    sizes = {size: SHORTEST + rank % 3 for rank, size in enumerate(long)}
    places = named(full.values(), shapes, {})
    if any(len(found) > sizes.get(size, size) for size, found in places.items()):
        return None
    small = replace(
        network,
        equations={
            key: fold(
                term,
                lambda node: None,
                lambda node, parts: _resized(node, with_parts(node, parts), shapes, sizes, places),
            )
            for key, term in full.items()
        },
        shapes={key: _shape(shape, sizes) for key, shape in network.shapes.items()},
        parameters={key: _corner(array, sizes) for key, array in network.parameters.items()},
        data={key: _with_sums(_corner(array, sizes), array) for key, array in network.data.items()},
    )
    return Twin(small, network, sizes, places) if _fits(small) else None


def rigid(network: Network) -> frozenset[int]:
    """The lengths that operations are tied to: of what is cut, joined, put into another shape or looked at through
    windows."""
    shapes = Shapes(network.shapes)
    tied = [
        node
        for term in network.equations.values()
        for node in walk(term)
        if node.head in TABLE and TABLE[node.head].shape not in lengths.ANY_LENGTH
    ]
    return frozenset(size for node in tied for part in (node, *node.children) for size in shapes.of(part))


def _fits(network: Network) -> bool:
    shapes = Shapes(network.shapes)
    try:
        return all(shapes.of(term) == network.shapes[key] for key, term in network.equations.items())
    except ShapeMismatch:
        return False


def counted(term: Term, shapes: Shapes) -> Term:
    """The term with its means as a sum divided by the number of entries."""

    def spelled(node: Term) -> Term | None:
        if node.head != heads.MEAN:
            return None
        of = node.args[0]
        return substitute(definition(TABLE[heads.MEAN], (shapes.of(of),)), {"a": counted(of, shapes)})

    return rebuild(term, spelled)


def named(terms: Iterable[Term], shapes: Shapes, before: Places) -> Places:
    """The places that terms name along each length, behind those of `before`."""
    found = {size: dict.fromkeys(places) for size, places in before.items()}
    for term in terms:
        for size, place in _named(term, shapes):
            found.setdefault(size, {})[place] = None
    return {size: list(places) for size, places in found.items()}


def _named(term: Term, shapes: Shapes) -> Iterator[tuple[int, int]]:
    for node in walk(term):
        if node.head == "index":
            yield from _along(shapes.of(node.args[0]), node.args[1:])
        elif node.head == "unit":
            yield from _along(node.args[:2], node.args[2:])


def _along(shape: Shape, places: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Each place with the length that it counts along; a single one counts along a vector."""
    return zip([max(shape)] if len(places) == 1 else shape, places, strict=True)


def _resized(full: Term, term: Term, shapes: Shapes, sizes: Mapping[int, int], places: Places) -> Term:
    """One node at small shapes, its parts being so already."""

    def moved(shape: Shape, at: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(places[size].index(place) if size in sizes else place for size, place in _along(shape, at))

    if term.head == "index":
        return Term("index", (term.args[0], *moved(shapes.of(full.args[0]), full.args[1:])))
    if term.head == "unit":
        return Term("unit", (*_shape(full.args[:2], sizes), *moved(full.args[:2], full.args[2:])))
    if term.head == "ones":
        return Term("ones", _shape(full.args, sizes))
    lengths = LENGTHS.get(term.head, 0)
    return Term(term.head, (*term.args[:-lengths], *_shape(term.args[-lengths:], sizes))) if lengths else term


def _shape(shape: Shape, sizes: Mapping[int, int]) -> Shape:
    return tuple(sizes.get(size, size) for size in shape)


def _corner(array: Array, sizes: Mapping[int, int]) -> Array:
    if not array.shape:
        return array
    rows, columns = _shape(array.shape, sizes)
    return Array((rows, columns), tuple(entry for row in array.rows[:rows] for entry in row[:columns]))


def _with_sums(array: Array, whole: Array) -> Array:
    """The array with first entries changed so that rows, or columns, add up as they did where they all added up to the
    same; else all of it."""
    if len(array.entries) == len(whole.entries):
        return array
    if 1 not in whole.shape and (common := _common_sum(whole)) is not None:
        return Array.of_rows([(common - _total(row[1:]), *row[1:]) for row in array.rows])
    if 1 not in whole.shape and (common := _common_sum(whole.T)) is not None:
        return Array.of_rows([(common - _total(row[1:]), *row[1:]) for row in array.T.rows]).T
    return Array(array.shape, (total(whole.entries) - _total(array.entries[1:]), *array.entries[1:]))


def _common_sum(array: Array) -> fmpq | None:
    """What each row adds up to; None where they differ."""
    sums = {_total(row) for row in array.rows}
    return sums.pop() if len(sums) == 1 else None


def _total(entries: tuple[fmpq, ...]) -> fmpq:
    return total(entries) if entries else fmpq(0)

"""The same network with its long dimensions shortened: a rule between matrices does not depend on how long they are.

Equal dimensions stay equal, so every equation still fits. Of each array the first rows and columns are kept, and of an
array of data its sum, since a rule may rest on it (the targets of a cross-entropy add up to 1).
"""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from ..arrays import Array, Shape, total
from ..network import Network
from ..operations import ShapeMismatch
from ..resolve import Shapes
from ..terms import Term, rebuild, walk

LONGEST = 3


REPEATED = frozenset({"repeat_rows", "repeat_columns"})
"""Rows of the table whose option is a length of their result: it shrinks along."""


def shrinks(network: Network) -> bool:
    """Whether nothing in the equations is tied to the lengths as they are: no entry's place, and no part or window that would not fit any more."""
    if any(node.head == "index" for term in network.equations.values() for node in walk(term)):
        return False
    small = shrunk(network)
    try:
        return all(Shapes(small.shapes).of(term) == small.shapes[key] for key, term in small.equations.items())
    except ShapeMismatch:
        return False


def shrunk(network: Network) -> Network:
    """The network at small shapes."""
    long = sorted({size for shape in network.shapes.values() for size in shape if size > LONGEST})
    sizes = {size: LONGEST + rank % 2 for rank, size in enumerate(long)}
    return replace(
        network,
        equations={key: rebuild(term, lambda node: _repeated(node, sizes)) for key, term in network.equations.items()},
        shapes={key: _shape(shape, sizes) for key, shape in network.shapes.items()},
        parameters={key: _corner(array, sizes) for key, array in network.parameters.items()},
        data={key: _with_sum(_corner(array, sizes), array) for key, array in network.data.items()},
    )


def _repeated(node: Term, sizes: dict[int, int]) -> Term | None:
    if node.head not in REPEATED:
        return None
    of, count = node.args
    return Term(node.head, (rebuild(of, lambda inner: _repeated(inner, sizes)), sizes.get(count, count)))


def _shape(shape: Shape, sizes: dict[int, int]) -> Shape:
    return tuple(sizes.get(size, size) for size in shape)


def _corner(array: Array, sizes: dict[int, int]) -> Array:
    if not array.shape:
        return array
    rows, columns = _shape(array.shape, sizes)
    return Array((rows, columns), tuple(entry for row in array.rows[:rows] for entry in row[:columns]))


def _with_sum(array: Array, whole: Array) -> Array:
    """The array with its first entry changed so that the sum is that of the whole."""
    if len(array.entries) == len(whole.entries):
        return array
    rest = total(array.entries[1:]) if len(array.entries) > 1 else fmpq(0)
    return Array(array.shape, (total(whole.entries) - rest, *array.entries[1:]))

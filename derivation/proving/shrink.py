"""The same network with its long dimensions shortened: a rule between matrices does not depend on how long they are.

Equal dimensions stay equal, so every equation still fits. Of each array the first rows and columns are kept, and of an
array of data its sum, since a rule may rest on it (the targets of a cross-entropy add up to 1).
"""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from ..arrays import Array, Shape, total
from ..network import Network
from ..terms import walk

LONGEST = 3


def shrunk(network: Network) -> Network:
    """The network at small shapes; as it is where entries are picked by index."""
    if any(node.head == "index" for term in network.equations.values() for node in walk(term)):
        return network
    long = sorted({size for shape in network.shapes.values() for size in shape if size > LONGEST})
    sizes = {size: LONGEST + rank % 2 for rank, size in enumerate(long)}
    return replace(
        network,
        shapes={key: _shape(shape, sizes) for key, shape in network.shapes.items()},
        parameters={key: _corner(array, sizes) for key, array in network.parameters.items()},
        data={key: _with_sum(_corner(array, sizes), array) for key, array in network.data.items()},
    )


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
